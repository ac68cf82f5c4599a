/** `convert --format`: the workbench's own layout, which the other commands take as a model. */
import type { Checkpoint } from '../models/checkpoint.ts';
import { convertModel } from '../models/convert.ts';
import { describeFormats, type PartFormats } from '../models/formats.ts';
import { checkEntry, type EntryState } from '../models/model-store.ts';
import { type StoredSource, storedBytes } from '../models/stored-manifest.ts';
import { gigabytes } from '../protocol/catalogue.ts';
import type { Conversion } from './conversion.ts';
import { CommandError } from './failure.ts';
import { isEmptyFolder } from './places.ts';

/** Writes the folder unless it holds the same already; gives what to tell the person. */
export async function writeStoredLayout(
  checkpoint: Checkpoint,
  source: Pick<StoredSource, 'repository' | 'revision'>,
  formats: PartFormats,
  conversion: Conversion,
): Promise<string> {
  const { out, store, entry, signal, onProgress, again } = conversion;
  const state = await checkEntry(store, entry, 'once');
  if (!again && isSame(state, await checkpoint.identity(), formats))
    return `${out} holds this model already; --again converts it anew.`;
  await refuseOtherFolder(state, conversion);
  if (state.kind === 'broken') process.stderr.write(`${state.problem} It is written anew.\n`);
  const manifest = await convertModel({
    checkpoint,
    source,
    formats,
    store,
    entry,
    signal,
    onProgress,
  });
  const size = gigabytes(storedBytes(manifest));
  return `Written to ${out}: ${size} as ${describeFormats(formats)}`;
}

function isSame(state: EntryState, identity: string, formats: PartFormats): boolean {
  if (state.kind !== 'whole') return false;
  const { manifest } = state;
  const alike = describeFormats(manifest.formats) === describeFormats(formats);
  return alike && manifest.source.identity === identity;
}

/** What has no manifest may be anything: it is not ours to remove, but for what a stop has left. */
async function refuseOtherFolder(
  state: EntryState,
  { out, folder, again }: Conversion,
): Promise<void> {
  if (state.kind === 'whole' && !again)
    throw new CommandError(
      `${out} holds another converted model. Choose another --out, or add --again to write over it.`,
    );
  const unfinished = state.kind === 'broken' && state.unfinished;
  if (unfinished && !again && !(await isEmptyFolder(folder)))
    throw new CommandError(
      `${out} is a folder without a finished model in it. Choose another --out, or add --again to remove all that it holds.`,
    );
}
