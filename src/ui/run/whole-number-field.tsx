import { useId, useState } from 'react';
import { readWholeNumber } from './whole-number.ts';

interface WholeNumberFieldProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A field for a whole number that lets a person type: what is not one yet is a draft with a hint. */
export function WholeNumberField({ label, value, min, max, onChange }: WholeNumberFieldProps) {
  const [draft, setDraft] = useState<string>();
  const [hint, setHint] = useState<string>();
  const hintId = useId();

  function type(text: string): void {
    const read = readWholeNumber(text, min, max);
    setDraft(text);
    setHint(text === '' ? undefined : read.hint);
    if (read.hint === undefined && read.value !== undefined) onChange(read.value);
  }

  /** Leaves the nearest number that can be used, and says so where it is not what was typed. */
  function settle(): void {
    if (draft === undefined) return;
    const read = readWholeNumber(draft, min, max);
    if (read.value !== undefined) onChange(read.value);
    setDraft(undefined);
  }

  return (
    <label className="number-field">
      {label}{' '}
      <input
        type="number"
        min={min}
        max={max}
        value={draft ?? value}
        aria-invalid={(draft !== undefined && hint !== undefined) || undefined}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => type(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => event.key === 'Enter' && settle()}
      />
      {hint !== undefined && (
        <span id={hintId} className="field-hint" role="status">
          {hint}
        </span>
      )}
    </label>
  );
}
