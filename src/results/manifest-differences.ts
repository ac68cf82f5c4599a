/** What differs between two runs, to be read before their numbers are compared. */
import type { RunManifest } from './manifest.ts';

export interface ManifestDifference {
  /** E.g. `weights (SHA-256)`. */
  readonly what: string;
  /** As text; `–` where a run does not say. */
  readonly a: string;
  readonly b: string;
}

type Row = readonly [what: string, value: unknown];

/** Rows in the order in which a reader would ask; empty where the runs were made alike. */
export function manifestDifferences(a: RunManifest, b: RunManifest): ManifestDifference[] {
  const [rowsA, rowsB] = [new Map(describeRun(a)), new Map(describeRun(b))];
  return [...new Set([...rowsA.keys(), ...rowsB.keys()])].flatMap((what) => {
    const [before, after] = [rowsA.get(what), rowsB.get(what)].map(textOf) as [string, string];
    return before === after ? [] : [{ what, a: before, b: after }];
  });
}

/** Everything that could move a number; when a run began is not among it. */
function describeRun(run: RunManifest): Row[] {
  const { model, runtime, dataset, imageSize } = run;
  return [
    ['experiment', run.experiment],
    ['model', model.name],
    ['revision', model.revision],
    ['family', model.family],
    ['weights (SHA-256)', model.weightHash],
    ['model’s settings (SHA-256)', model.settingsHash],
    ['weights stored as', model.dtype],
    ['computed in', runtime.compute ?? 'float32'],
    ['provider', runtime.provider],
    ['runtime’s build', runtime.build],
    ['adapter', runtime.adapter],
    ...named('version of', runtime.versions),
    ['data set', dataset.name],
    ['data set (SHA-256)', dataset.hash],
    ['pictures in the data set', dataset.items],
    ['groups', run.groups],
    ['seed', run.seed],
    ['white cells', run.whiteCells],
    ['picture’s size', `${imageSize.width} × ${imageSize.height}`],
    ...named('image processor:', run.imageProcessor),
    ['prompt', run.prompt],
    ['prompt in the chat template', run.renderedPrompt],
    ['tokens for Yes', run.yesTokenIds],
    ['tokens for No', run.noTokenIds],
    ['position schemes', run.schemes.map(({ label }) => label).join(', ')],
    ['pictures in a batch', run.picturesPerBatch],
    ...named('option', run.settings ?? {}),
    ['decoding', run.decoding],
    ['version of the records', run.recordVersion],
  ];
}

function named(prefix: string, values: Readonly<Record<string, unknown>>): Row[] {
  return Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]);
}

function textOf(value: unknown): string {
  if (value === undefined || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
