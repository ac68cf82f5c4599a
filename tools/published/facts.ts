/** Readers of the published facts under `data/published`; the format is in the README there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('../../data/published/', import.meta.url).pathname;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Source {
  readonly kind: string;
  readonly where: string;
  readonly what: string;
}

export interface Facts {
  readonly repository: string;
  readonly weights: {
    readonly dtype: string;
    readonly shards: number;
    readonly parameters: number;
    readonly bytes: number;
    readonly tiedHead: boolean;
    readonly parts: Readonly<Record<string, string>>;
  };
  readonly tokens: Readonly<Record<string, { readonly id: number; readonly text: string }>>;
  readonly facts: Readonly<Record<string, readonly string[]>>;
  readonly sources: Readonly<Record<string, Source>>;
}

/** Folder names, one for each repository. */
export function publishedFolders(): string[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Files of a folder with their sizes in bytes. */
export function folderFiles(folder: string): Map<string, number> {
  const path = join(ROOT, folder);
  return new Map(readdirSync(path).map((file) => [file, statSync(join(path, file)).size]));
}

export function readPublished<T>(folder: string, file: string): T {
  return JSON.parse(readFileSync(join(ROOT, folder, file), 'utf8')) as T;
}

/** Paths of all values below `value`, joined with dots; a list counts as one value. */
export function leafPaths(value: Json, path = ''): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leafPaths(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The sources of one value: those of the longest entry of `facts` that covers its path. */
export function sourcesOf(facts: Facts, file: string, path: string): readonly string[] {
  const separator = file === '' ? '' : '#';
  let covering = file === '' ? '' : file;
  for (const entry of Object.keys(facts.facts)) {
    const prefix = `${file}${separator}`;
    if (!entry.startsWith(prefix)) continue;
    const covered = entry.slice(prefix.length);
    const covers = path === covered || path.startsWith(`${covered}.`);
    if (covers && entry.length > covering.length) covering = entry;
  }
  return facts.facts[covering] ?? [];
}
