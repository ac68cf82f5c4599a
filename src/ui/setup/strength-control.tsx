import { PositionStrip } from './position-strip.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';

/** The switch between standard and balanced positions, and everything between them. */
export function StrengthControl() {
  const strength = useWorkbench((state) => state.strength);
  const actions = useActions();
  return (
    <fieldset className="strength">
      <legend>Positions</legend>
      <div className="switch" role="radiogroup" aria-label="Position scheme" data-own-keys>
        {(['Standard', 'Balanced'] as const).map((name, value) => (
          <label key={name} data-checked={strength === value || undefined}>
            <input
              type="radio"
              name="scheme"
              checked={strength === value}
              onChange={() => actions.setStrength(value)}
            />
            {name}
          </label>
        ))}
      </div>
      <label className="slider">
        <span>Strength</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={strength}
          aria-label="Balance strength"
          onChange={(event) => actions.setStrength(Number(event.target.value))}
        />
        <output>{strength.toFixed(2)}</output>
      </label>
      <PositionStrip />
    </fieldset>
  );
}
