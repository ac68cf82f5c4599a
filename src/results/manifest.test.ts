import { expect, test } from 'vitest';
import { resumeConflict, type RunManifest } from './manifest.ts';
import { makeManifest } from './testing/make-manifest.ts';

const manifestOf = (compute: string): RunManifest => makeManifest({}, { compute });

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
