/** A manifest with chosen fields, for tests of what reads one. */
import {
  buildManifest,
  type ManifestModel,
  type ManifestRun,
  type RunManifest,
} from '../manifest.ts';
import { STANDARD } from '../scheme.ts';

const MODEL: ManifestModel = {
  model: 'a-model',
  revision: 'local',
  weightHash: 'weights',
  settingsHash: 'settings',
  dtype: 'q4',
  compute: 'float32',
  provider: 'webgpu',
  build: 'jspi',
  adapter: 'an adapter',
  versions: {},
  spec: { family: 'llava', imageProcessor: {} },
  yesTokenIds: [1],
  noTokenIds: [2],
};

const RUN: ManifestRun = {
  experiment: 'probe',
  imageSize: { width: 1, height: 1 },
  prompt: '{caption}',
  renderedPrompt: '{caption}',
  schemes: [STANDARD],
  dataset: { name: 'pictures', hash: 'hash', items: 1 },
  groups: 1,
  seed: 1,
  whiteCells: 0,
  picturesPerBatch: 9,
  startedAt: '2026-01-01T00:00:00.000Z',
};

/** One manifest; what is not chosen is plain. */
export function makeManifest(
  run: Partial<ManifestRun>,
  model: Partial<ManifestModel> = {},
): RunManifest {
  return buildManifest({ ...MODEL, ...model }, { ...RUN, ...run });
}
