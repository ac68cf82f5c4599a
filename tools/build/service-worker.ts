/** Builds src/service-worker.ts into the page's folder, with the list of files that it keeps. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin, type ResolvedConfig } from 'vite';

/** onnxruntime's files are kept as they are used, and the worker itself is the browser's to keep. */
const LEFT_OUT = /^(ort\/|service-worker\.js$)/;

/** For the build alone: while developing, a worker that answers from its store would be in the way. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      if (this.environment.name !== 'client') return;
      const outDir = join(config.root, config.build.outDir);
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        root: config.root,
        define: {
          __PRECACHE__: JSON.stringify(await listFiles(outDir)),
          __ORT_VERSION__: JSON.stringify(await ortVersion()),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          outDir,
          emptyOutDir: false,
          lib: {
            entry: 'src/service-worker.ts',
            // A classic script: not every browser takes a module for a service worker.
            formats: ['iife'],
            name: 'serviceWorker',
            fileName: () => 'service-worker.js',
          },
        },
      });
    },
  };
}

/** Every file below the folder by its address there, with a hash of what it holds. */
async function listFiles(folder: string): Promise<{ url: string; revision: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const urls = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((url) => !LEFT_OUT.test(url))
    .sort();
  return Promise.all(
    urls.map(async (url) => {
      const bytes = await readFile(join(folder, url));
      return { url, revision: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
    }),
  );
}

/** Its package shows no package.json to importers. */
async function ortVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-web');
  const text = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
