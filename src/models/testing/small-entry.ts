/** A small entry, for the tests of every store. */
import type { EntryWriter } from '../model-store.ts';
import { STORE_FORMAT } from '../stored-manifest.ts';

/** Bytes of its data file, `decoder/part.data`. */
export const DATA = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

/** Writes the entry for `writeEntry`: three graphs, and the data in pieces. */
export async function fill({ file }: EntryWriter) {
  await file('decoder/part.data', async (sink) => {
    for (let at = 0; at < DATA.length; at += 700) await sink.write(DATA.subarray(at, at + 700));
  });
  for (const path of ['vision.onnx', 'embed.onnx', 'decoder/part.onnx'])
    await file(path, (sink) => sink.write(new TextEncoder().encode(path)));
  return {
    format: STORE_FORMAT,
    source: { repository: 'owner/name', revision: 'local', identity: 'abc' },
    family: 'llava',
    formats: { vision: 'fp16', embedding: 'q8', decoder: 'q4', head: 'q4' },
    graphs: {
      vision: { model: 'vision.onnx', data: [] },
      embed: { model: 'embed.onnx', data: [] },
      decoder: [{ model: 'decoder/part.onnx', data: ['decoder/part.data'] }],
    },
  } as const;
}
