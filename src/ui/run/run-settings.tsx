import { LARGEST_SEED, MOST_GROUPS } from './run-limits.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { WholeNumberField } from './whole-number-field.tsx';

const CELLS_AND_QUESTIONS = 9 * 2;

interface RunSettingsFieldsProps {
  /** While a run is under way its settings stay as they are. */
  active: boolean;
  /** Whether a narrow page shows the fields; a wide one always does. */
  open: boolean;
  onToggle: () => void;
}

/** How much is run on what, and how many answers that makes. */
export function RunSettingsFields({ active, open, onToggle }: RunSettingsFieldsProps) {
  const run = useWorkbench((state) => state.run);
  const strength = useWorkbench((state) => state.strength);
  const running = useWorkbench((state) => state.probe.manifest?.schemes.length);
  const own = useWorkbench((state) => state.ownPictures.length);
  const actions = useActions();
  const between = strength > 0 && strength < 1;
  const schemes = (active ? running : undefined) ?? (run.withStrength && between ? 3 : 2);
  const answers = (run.groups * CELLS_AND_QUESTIONS * schemes).toLocaleString('en');
  const groups = `${run.groups} ${run.groups === 1 ? 'group' : 'groups'}`;
  return (
    <>
      <button
        type="button"
        className="run-toggle"
        aria-expanded={open}
        aria-controls="run-settings"
        onClick={onToggle}
      >
        {groups} = {answers} answers
      </button>
      <fieldset id="run-settings" disabled={active} className="run-settings">
        <WholeNumberField
          label="Groups"
          value={run.groups}
          min={1}
          max={MOST_GROUPS}
          onChange={(value) => actions.setRun({ groups: value })}
        />
        <WholeNumberField
          label="Seed"
          value={run.seed}
          min={0}
          max={LARGEST_SEED}
          onChange={(value) => actions.setRun({ seed: value })}
        />
        <label>
          Pictures{' '}
          <select
            value={run.dataset}
            onChange={(event) =>
              actions.setRun({ dataset: event.target.value === 'own' ? 'own' : 'embedded' })
            }
          >
            <option value="embedded">emoji-probe</option>
            <option value="own" disabled={own === 0}>
              own ({own})
            </option>
          </select>
        </label>
        <label
          className="check"
          data-disabled={!between || undefined}
          title={between ? undefined : 'Move the slider between standard and balanced first.'}
        >
          <input
            type="checkbox"
            checked={run.withStrength && between}
            disabled={!between}
            onChange={(event) => actions.setRun({ withStrength: event.target.checked })}
          />
          and the slider&rsquo;s strength
        </label>
        <p className="run-size hint">
          {groups} × 9 cells × there / absent × {schemes} schemes = {answers} answers
        </p>
      </fieldset>
    </>
  );
}
