import { useActions, useWorkbench } from '../store/context.tsx';

/** Standard or balanced. `name` keeps the radio buttons of several switches apart. */
export function SchemeSwitch({ name }: { name: string }) {
  const strength = useWorkbench((state) => state.strength);
  const actions = useActions();
  return (
    <div className="switch" role="radiogroup" aria-label="Position scheme" data-own-keys>
      {(['Standard', 'Balanced'] as const).map((label, value) => (
        <label key={label} data-checked={strength === value || undefined}>
          <input
            type="radio"
            name={name}
            checked={strength === value}
            onChange={() => actions.setStrength(value)}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
