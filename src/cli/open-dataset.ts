/** Opens a data set by name or folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  captionFromFileName,
  isPictureName,
  parseCaptionsCsv,
  parseCaptionsJson,
} from '../data/captions.ts';
import type { ProbeDataset } from '../data/dataset.ts';
import { loadEmojiProbe } from '../data/emoji-probe.ts';
import { ownDataset, type UserPicture } from '../data/user-pictures.ts';
import { CommandError } from './failure.ts';
import { findDatasetFolder } from './places.ts';

/**
 * A folder with `index.json` is an atlas data set; any other is a person's own pictures, captioned by
 * `captions.csv`, by `captions.json`, or by their file names.
 */
export async function openDataset(nameOrFolder: string): Promise<ProbeDataset> {
  const folder = await findDatasetFolder(nameOrFolder);
  if (await exists(join(folder, 'index.json'))) {
    return loadEmojiProbe((file) => readFile(join(folder, file)));
  }
  return openPictureFolder(folder);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function openPictureFolder(folder: string): Promise<ProbeDataset> {
  const captions = await readCaptions(folder);
  const files = (await readdir(folder)).filter(isPictureName).sort();
  const chosen = captions ? [...captions.keys()] : files;
  if (chosen.length === 0) {
    throw new CommandError(
      `The folder ${folder} holds no pictures (png, jpg, webp) to probe. Put some there, each with a caption.`,
    );
  }
  const missing = chosen.find((file) => !files.includes(file));
  if (missing !== undefined) {
    throw new CommandError(
      `The captions of ${folder} name the picture "${missing}", which is not there (png, jpg or webp). Add it or remove its caption.`,
    );
  }
  const { decodePicture } = await import('./picture-files.ts');
  const pictures: UserPicture[] = [];
  for (const file of chosen) {
    const image = await decodePicture(join(folder, file), file);
    pictures.push({ id: file, caption: captions?.get(file) ?? captionFromFileName(file), image });
  }
  const embedded = await openDataset('emoji-probe');
  return ownDataset(basename(folder), pictures, embedded);
}

/** Captions by file name; undefined where the folder has no table of them. */
async function readCaptions(folder: string): Promise<Map<string, string> | undefined> {
  const csv = join(folder, 'captions.csv');
  if (await exists(csv)) return parseCaptionsCsv(await readFile(csv, 'utf8'));
  const json = join(folder, 'captions.json');
  if (await exists(json)) return parseCaptionsJson(await readFile(json, 'utf8'));
  return undefined;
}
