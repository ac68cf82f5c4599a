import type { FileSource } from '../../models/checkpoint.ts';
import { FolderSource } from '../folder-source.ts';

type Json = Record<string, unknown>;

/** The checkpoint of a golden case: its folder, with the config fields that the case changes. */
export async function goldenSource(name: string, one: string): Promise<FileSource> {
  const folder = new FolderSource(`fixtures/${name}`);
  const changes = await readJson(new FolderSource(`fixtures/golden/${name}/${one}`));
  return changes ? changedConfig(folder, changes) : folder;
}

/** A folder with other fields in its config.json; a section's fields are changed one by one. */
export async function changedConfig(folder: FileSource, changes: Json): Promise<FileSource> {
  const config = JSON.parse(new TextDecoder().decode(await folder.read('config.json'))) as Json;
  for (const [name, change] of Object.entries(changes)) {
    const isSection = typeof change === 'object' && change !== null && !Array.isArray(change);
    config[name] = isSection ? { ...(config[name] as Json), ...change } : change;
  }
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return {
    size: async (file) => (file === 'config.json' ? bytes.length : folder.size(file)),
    read: async (file, start, end) =>
      file === 'config.json' ? bytes.subarray(start, end) : folder.read(file, start, end),
  };
}

async function readJson(source: FileSource): Promise<Json | undefined> {
  const file = 'config-changes.json';
  if ((await source.size(file)) === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(await source.read(file))) as Json;
}
