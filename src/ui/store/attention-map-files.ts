import { importAttentionMaps } from '../../results/attention-map.ts';
import type { ImportedMaps } from './state.ts';

const ENDING = '_attention_map.json';

/**
 * Perception maps from a person's files, whose folders are known only where a folder was chosen.
 * @throws a sentence where none is in the published form, or one is damaged
 */
export async function readAttentionMaps(files: readonly File[]): Promise<ImportedMaps> {
  const found = await Promise.all(
    files
      .filter(({ name }) => name.endsWith('.json'))
      .map(async (file) => ({ path: pathOf(file), text: await file.text() })),
  );
  const maps = importAttentionMaps(found);
  return { name: nameOf(files), maps };
}

/** In the published form a map's folder has the file's name without its ending. */
function pathOf({ webkitRelativePath, name }: File): string {
  if (webkitRelativePath) return webkitRelativePath;
  return name.endsWith(ENDING) ? `${name.slice(0, -ENDING.length)}/${name}` : name;
}

function nameOf(files: readonly File[]): string {
  const [first] = files;
  const folder = first?.webkitRelativePath.split('/')[0];
  if (folder) return folder;
  return files.length === 1 ? first!.name : `${files.length} files`;
}
