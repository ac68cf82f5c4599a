import type { Measure } from '../../results/resampled-schemes.ts';
import { MEASURES } from './figure-data.ts';

interface MeasureSelectProps {
  measure: Measure;
  onChange: (measure: Measure) => void;
}

/** Which accuracy maps and tables are of. */
export function MeasureSelect({ measure, onChange }: MeasureSelectProps) {
  return (
    <select
      value={measure}
      aria-label="Measure"
      onChange={(event) => onChange(event.target.value as Measure)}
    >
      {Object.entries(MEASURES).map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}
