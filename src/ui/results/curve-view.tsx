import { strengthCurve, type StrengthCurveData } from '../../figures/strength-curve.ts';
import { useFigureTheme } from '../header/figure-theme.ts';
import { FigureImage } from './figure-image.tsx';

/** Accuracy and range of a run along the strength, as wide as there is room. */
export function CurveView({ curve }: { curve: StrengthCurveData }) {
  const theme = useFigureTheme();
  const words = curve.points
    .map(
      ({ strength, mean, range }) =>
        `strength ${strength}: mean ${mean.value.toFixed(2)}, range ${range.value.toFixed(2)}`,
    )
    .join('; ');
  return (
    <div data-testid="strength-curve">
      <FigureImage
        draw={(width) => strengthCurve({ ...curve, width, theme })}
        label={`${curve.title}. ${words}.`}
        widest={560}
        narrowest={320}
      />
    </div>
  );
}
