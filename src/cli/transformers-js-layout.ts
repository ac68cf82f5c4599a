/** `convert --dtype`: the layout that transformers.js loads. */
import type { Checkpoint } from '../models/checkpoint.ts';
import { type Dtype, exportForTransformersJs } from '../models/transformers-js/export.ts';
import { gigabytes } from '../protocol/catalogue.ts';
import type { Conversion } from './conversion.ts';
import { CommandError } from './failure.ts';
import { isEmptyFolder, isFolder } from './places.ts';

/** Writes the folder, which must be empty or not there without `again`; gives what to tell the person. */
export async function writeTransformersJsLayout(
  checkpoint: Checkpoint,
  dtype: Dtype,
  { out, folder, store, entry, signal, onProgress, again }: Conversion,
): Promise<string> {
  if (!again && (await isFolder(folder)) && !(await isEmptyFolder(folder)))
    throw new CommandError(
      `${out} is not empty. Choose another --out, or add --again to remove all that it holds.`,
    );
  const files = await exportForTransformersJs({
    checkpoint,
    dtype,
    store,
    entry,
    signal,
    onProgress,
  });
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  const lines = [...files].map(([path, size]) => `${path}  ${size} bytes\n`);
  return `${lines.join('')}Written to ${out}: ${gigabytes(bytes)} as ${dtype}`;
}
