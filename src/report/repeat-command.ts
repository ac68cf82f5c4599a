/** The command that makes a run again without a browser, read off its manifest. */
import type { StoredRun } from '../results/run-layout.ts';

/** Comes with the workbench; the folder of any other data set has to be named by hand. */
const SHIPPED_DATASET = 'emoji-probe';

export interface RepeatCommand {
  readonly command: string;
  /** Sentences on what the manifest cannot tell. */
  readonly notes: readonly string[];
}

/** @param out the folder that the command is to write to */
export function repeatCommand(run: StoredRun, out: string): RepeatCommand {
  const { experiment, manifest } = run;
  const { model, dataset, groups, seed, schemes, runtime, picturesPerBatch } = manifest;
  const compute = runtime.compute ?? 'float32';
  const named = manifest.prompt.includes('{caption}') || experiment === 'similarity';
  const pictures = givenPictures(run);
  const options: [string, ...(string | number)[]][] = [
    ['--model', model.name],
    ...(pictures.length > 0
      ? [['--picture', ...pictures] as [string, ...string[]]]
      : ([
          ['--dataset', dataset.name],
          ['--groups', groups],
        ] as [string, string | number][])),
    ...(experiment === 'similarity'
      ? []
      : [['--scheme', schemes.map(({ label }) => label).join(',')] as [string, string]]),
    ...perceptionOptions(run),
    ...(experiment === 'flow' && manifest.settings?.['heads'] !== undefined
      ? [['--heads', manifest.settings['heads']] as [string, string | number]]
      : []),
    ['--ep', runtime.provider],
    ...(experiment === 'probe' && compute !== 'float32'
      ? [['--compute', compute] as [string, string]]
      : []),
    ...(pictures.length > 0 ? [] : [['--seed', seed] as [string, number]]),
    ...(experiment === 'flow' ? [] : [['--batch', picturesPerBatch] as [string, number]]),
    ...(named ? [] : [['--question', manifest.prompt] as [string, string]]),
    ['--out', out],
  ];
  const words = options.flatMap(([name, ...values]) => [name, ...values.map(quoted)]);
  return {
    command: `npm run --silent bapa -- ${experiment} ${words.join(' ')}`,
    notes: notesOf(run, pictures.length > 0, compute),
  };
}

function perceptionOptions({ experiment, manifest }: StoredRun): [string, string | number][] {
  if (experiment !== 'perception') return [];
  const { modes, tiles, tile, fill } = manifest.settings ?? {};
  return [
    ...(modes === undefined ? [] : [['--mode', modes] as [string, string | number]]),
    ...(tiles === undefined ? [] : [['--tiles', tiles] as [string, string | number]]),
    ...(tile === undefined || tile === 'auto' ? [] : [['--tile', tile] as [string, number]]),
    ...(fill === undefined ? [] : [['--fill', fill] as [string, string]]),
  ];
}

/** Names of the pictures that information flow was given by hand. */
function givenPictures(run: StoredRun): string[] {
  if (run.experiment !== 'flow') return [];
  const own = run.records.filter(({ group }) => group === null);
  // A key is `<position>/<name>/<scheme>`.
  const places = own.map(({ key }) => key.slice(0, key.lastIndexOf('/')));
  return [...new Set(places)].map((place) => place.slice(place.indexOf('/') + 1));
}

function notesOf(
  { experiment, manifest }: StoredRun,
  pictures: boolean,
  compute: string,
): string[] {
  const { dataset, model, runtime } = manifest;
  return [
    ...(pictures
      ? ['Name the pictures where they lie on your machine.']
      : dataset.name === 'bench'
        ? ['The run was of the picture on the bench, which the command line does not have.']
        : dataset.name === SHIPPED_DATASET
          ? []
          : [
              `Put the folder of the data set in place of “${dataset.name}” (its hash is ${dataset.hash.slice(0, 12)}…).`,
            ]),
    ...(model.revision === 'local'
      ? []
      : [`The model’s revision was ${model.revision}; the command takes it from a local folder.`]),
    ...(compute !== 'float32' && experiment !== 'probe'
      ? [`The run computed in ${compute}; this command computes in float32.`]
      : []),
    ...('node' in runtime.versions
      ? []
      : ['The run was made in a browser: outside of it numbers differ by rounding.']),
  ];
}

/** A value as a shell takes it. */
export function quoted(value: string | number): string {
  const text = String(value);
  return /^[\w./,:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
