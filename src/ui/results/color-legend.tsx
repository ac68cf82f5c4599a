import { colorOf } from '../../figures/color-scale.ts';
import type { LegendData } from '../../figures/legend.ts';
import { formatNumber } from '../../figures/number-text.ts';

const STEPS = 24;

/** A bar of a scale's colours with its ends. What the numbers are stands elsewhere, once for all maps. */
export function ColorLegend({ scale, signed, digits }: Omit<LegendData, 'quantity'>) {
  const [low, high] = scale.domain;
  return (
    <div className="legend" aria-hidden="true">
      <span>{formatNumber(low, signed, digits)}</span>
      <span className="legend-bar">
        {Array.from({ length: STEPS }, (_, step) => (
          <i
            key={step}
            style={{ background: colorOf(scale, low + ((high - low) * (step + 0.5)) / STEPS) }}
          />
        ))}
      </span>
      <span>{formatNumber(high, signed, digits)}</span>
    </div>
  );
}
