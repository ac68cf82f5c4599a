import type { RunManifest } from './manifest.ts';
import type { Scheme } from './records.ts';

/** What tells a condition from another. */
export interface NamedCondition {
  readonly manifest: RunManifest;
  readonly scheme: Scheme;
}

/** What may stand in a name, the most telling first. */
const PARTS: readonly ((manifest: RunManifest) => string)[] = [
  // A hub's owner or a folder's parents say little.
  ({ model }) => model.name.split('/').at(-1)!,
  ({ model }) => model.dtype,
  ({ runtime }) => runtime.compute ?? 'float32',
  ({ runtime }) => runtime.provider,
  ({ dataset }) => dataset.name,
  ({ seed }) => `seed ${seed}`,
];

/** What stands in its place where all of that is alike, though the model or its pictures are not. */
const HASHES: readonly ((manifest: RunManifest) => string)[] = [
  ({ model }) => `weights ${model.weightHash.slice(0, 8)}`,
  ({ model }) => `revision ${model.revision.slice(0, 8)}`,
  ({ dataset }) => `pictures ${dataset.hash.slice(0, 8)}`,
];

/**
 * Two short names: the scheme alone where all else is alike, else what differs and the scheme, like
 * `emoji-llava q4, standard`. Never the same name twice.
 */
export function conditionNames(a: NamedCondition, b: NamedCondition): [string, string] {
  const differing = (parts: typeof PARTS) =>
    parts.filter((part) => part(a.manifest) !== part(b.manifest)).slice(0, 3);
  const named = differing(PARTS);
  const parts = named.length > 0 ? named : differing(HASHES);
  const name = ({ manifest, scheme }: NamedCondition) =>
    [parts.map((part) => part(manifest)).join(' '), scheme.label].filter(Boolean).join(', ');
  const [first, second] = [name(a), name(b)];
  return first === second ? [`${first} (first)`, `${second} (second)`] : [first, second];
}
