/** Kept runs in words. */
import { TAB_LABELS } from '../results/tab-labels.ts';
import { isCutOff } from '../store/kept-run-actions.ts';
import type { ListedRun } from '../store/state.ts';

/** `Probe of emoji-llava`. */
export function runTitle({ experiment, manifest }: ListedRun): string {
  return `${TAB_LABELS[experiment]} of ${manifest.model.name}`;
}

/** `emoji-probe, 20 groups, seed 7 · standard, balanced · webgpu`. */
export function runSettings({ manifest }: ListedRun): string {
  const { dataset, groups, seed, schemes, runtime } = manifest;
  const what = `${dataset.name}, ${groups} ${groups === 1 ? 'group' : 'groups'}, seed ${seed}`;
  const labels = schemes.map(({ label }) => label).join(', ');
  return [what, ...(labels === '' ? [] : [labels]), runtime.provider].join(' · ');
}

/** How far it is, in whole percent; finished is 100 alone. */
export function percent({ share, state }: ListedRun): string {
  return state === 'finished' ? '100 %' : `${Math.min(99, Math.floor(share * 100))} %`;
}

/** What became of it. */
export function runState(run: ListedRun): string {
  const where = run.here ? 'in this tab' : 'in another tab';
  if (run.held) return `${run.state === 'paused' ? 'paused' : 'runs'} ${where}, ${percent(run)}`;
  if (run.state === 'finished') return 'finished';
  if (run.state === 'failed') return `failed at ${percent(run)}`;
  const word = isCutOff(run.state) ? 'cut off' : 'stopped';
  return `${word} at ${percent(run)}`;
}

/** Day and time in the reader's own zone, as `2026-11-26 19:20`. */
export function dayAndTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
