import { zipSync, strToU8 } from 'fflate';
import { describe, expect, test } from 'vitest';
import { formatManifest } from './manifest.ts';
import { packRun, unpackRun } from './run-archive.ts';
import { MANIFEST_FILE, readRun, runFiles, type StoredRun } from './run-layout.ts';
import { BALANCED, STANDARD } from './scheme.ts';
import { makeManifest } from './testing/make-manifest.ts';
import { makeRecord } from './testing/make-records.ts';

/** Two items under two schemes, in the plan's order: schemes of one item beside each other. */
function probeRun(): Extract<StoredRun, { experiment: 'probe' }> {
  const schemes = [STANDARD, BALANCED];
  const records = [0, 1].flatMap((cell) =>
    schemes.map((scheme) =>
      makeRecord({ group: 0, cell, polarity: 'positive', scheme, prediction: 'Yes' }),
    ),
  );
  return { experiment: 'probe', manifest: makeManifest({ experiment: 'probe', schemes }), records };
}

/** Every entry below a folder, as when a folder is packed by a person. */
function zipped(files: ReadonlyMap<string, string>, folder = ''): Uint8Array {
  return zipSync(
    Object.fromEntries([...files].map(([name, text]) => [`${folder}${name}`, strToU8(text)])),
  );
}

describe('a run as files', () => {
  test('is read as it was written, byte for byte, and in the order of its plan', () => {
    const run = probeRun();
    const files = runFiles(run);
    expect([...files.keys()]).toEqual([
      MANIFEST_FILE,
      'records-standard.jsonl',
      'records-balanced.jsonl',
    ]);
    expect(readRun(files)).toEqual(run);
    expect(runFiles(readRun(files))).toEqual(files);
    expect(runFiles(readRun(unpackRun(packRun(files))))).toEqual(files);
  });

  test('packs equal runs into equal bytes', () => {
    expect(packRun(runFiles(probeRun()))).toEqual(packRun(runFiles(probeRun())));
  });

  test('leaves a line out that was cut off, and counts a record once', () => {
    const files = runFiles(probeRun());
    const name = 'records-balanced.jsonl';
    const [first, second] = files.get(name)!.trimEnd().split('\n');
    files.set(name, `${first}\n${first}\n${second!.slice(0, 40)}`);
    expect(readRun(files).records.map(({ key }) => key)).toEqual([
      '0/top_left/positive/standard',
      '0/top_left/positive/balanced',
      '0/top_center/positive/standard',
    ]);
  });

  test('says what is no run', () => {
    expect(() => readRun(new Map(), 'out/x')).toThrow(/^out\/x should hold a run, but has no man/);
    const other = formatManifest(makeManifest({ experiment: 'perception-import' }));
    expect(() => readRun(new Map([[MANIFEST_FILE, other]]))).toThrow(
      'The run is of the experiment "perception-import", whose records cannot be read',
    );
    const newer = formatManifest({ ...makeManifest({}), version: 99 });
    expect(() => readRun(new Map([[MANIFEST_FILE, newer]]), 'a.zip')).toThrow(
      'manifest.json of a.zip was written by a newer version',
    );
  });
});

describe('what is damaged or made to harm', () => {
  const packed = (manifest: object) =>
    readRun(new Map([[MANIFEST_FILE, JSON.stringify(manifest)]]), 'a.zip');

  test('is a manifest with a field that none has', () => {
    const manifest = makeManifest({});
    expect(() => packed({ ...manifest, model: {} })).toThrow(
      'manifest.json of a.zip should hold a run\'s manifest, but the field "model.name" is missing.',
    );
    expect(() => packed({ ...manifest, schemes: 'standard' })).toThrow(
      'the field "schemes" is "standard"',
    );
    expect(() => packed([])).toThrow('the field "version" is missing');
    const { settingsHash, ...model } = manifest.model;
    expect(settingsHash).toBe('settings');
    expect(packed({ ...manifest, model }).records).toEqual([]);
  });

  test('is a scheme that would name a file elsewhere, in the manifest or in a record', () => {
    const label = '/../../elsewhere';
    expect(() => packed(makeManifest({ schemes: [{ label, strength: 0 }] }))).toThrow('"schemes"');
    const files = runFiles(probeRun());
    const name = 'records-balanced.jsonl';
    files.set(name, files.get(name)!.replaceAll('"balanced"', `"${label}"`));
    expect(() => readRun(files)).toThrow(`${name} of The run holds the record`);
  });
});

describe('an archive', () => {
  test('may be a folder that was packed as a whole, with figures beside', () => {
    const files = runFiles(probeRun());
    const packed = zipped(new Map([...files, ['map.svg', '<svg/>']]), 'out/probe/');
    expect(unpackRun(packed)).toEqual(files);
  });

  test('is refused with a sentence where it is none, or not of one run', () => {
    expect(() => unpackRun(strToU8('no ZIP at all'), 'a.zip')).toThrow(
      /^a\.zip should be a run packed as ZIP, but cannot be unpacked/,
    );
    expect(() => unpackRun(zipped(new Map([['a.json', '{}']])))).toThrow('has no manifest.json');
    const two = new Map(['a/', 'b/'].map((folder) => [`${folder}${MANIFEST_FILE}`, '{}']));
    expect(() => unpackRun(zipped(two))).toThrow(
      'should hold one run, but holds 2 (a/manifest.json, b/manifest.json)',
    );
  });
});
