import { PositionStrip } from './position-strip.tsx';
import { SchemeSwitch } from './scheme-switch.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';

/** The switch between standard and balanced positions, and everything between them. */
export function StrengthControl() {
  const strength = useWorkbench((state) => state.strength);
  const actions = useActions();
  return (
    <fieldset className="strength">
      <legend>Positions</legend>
      <SchemeSwitch name="scheme" />
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
