import { expect, test } from 'vitest';
import { buildManifest, type ManifestModel, resumeConflict, type RunManifest } from './manifest.ts';

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

function manifestOf(compute: string): RunManifest {
  return buildManifest(
    { ...MODEL, compute },
    {
      experiment: 'probe',
      imageSize: { width: 1, height: 1 },
      prompt: '{caption}',
      renderedPrompt: '{caption}',
      schemes: [{ label: 'standard', strength: 0 }],
      dataset: { name: 'pictures', hash: 'hash', items: 1 },
      groups: 1,
      seed: 1,
      whiteCells: 0,
      picturesPerBatch: 9,
      startedAt: '2026-01-01T00:00:00.000Z',
    },
  );
}

test('a run says what it computed in, and is not gone on with in another type', () => {
  const halves = manifestOf('float16');
  expect(halves).toMatchObject({ model: { dtype: 'q4' }, runtime: { compute: 'float16' } });
  expect(resumeConflict(halves, manifestOf('float16'))).toBeNull();
  expect(resumeConflict(halves, manifestOf('float32'))).toBe(
    'The run to resume has another type that is computed in: it was float16, now it is float32. Use the same settings or another folder.',
  );
});

test('a run from before there was a choice computed in float32', () => {
  const before = manifestOf('float32');
  const kept = Object.entries(before.runtime).filter(([name]) => name !== 'compute');
  const runtime = Object.fromEntries(kept) as Omit<typeof before.runtime, 'compute'>;
  const earlier = { ...before, runtime };
  expect(resumeConflict(earlier, manifestOf('float32'))).toBeNull();
  expect(resumeConflict(earlier, manifestOf('float16'))).toContain('it was float32');
});
