import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { ORT_BUILDS, ortFiles } from './src/runtime/ort-files.ts';
import { serviceWorker } from './tools/build/service-worker.ts';

const ORT_FOLDER = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));

const ORT_FILES = ORT_BUILDS.flatMap(ortFiles);

/** Serves onnxruntime's wasm files from our own origin under `ort/`, in development and in the build. */
function onnxruntimeFiles(): Plugin {
  return {
    name: 'onnxruntime-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /\/ort\/([^/?]+)(\?.*)?$/.exec(request.url ?? '')?.[1];
        if (name === undefined || !ORT_FILES.includes(name)) return next();
        const type = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        response.setHeader('Content-Type', type);
        for (const [header, value] of Object.entries(ISOLATION_HEADERS)) {
          response.setHeader(header, value);
        }
        createReadStream(join(ORT_FOLDER, name)).pipe(response);
      });
    },
    async generateBundle() {
      if (this.environment.name !== 'client') return;
      for (const name of ORT_FILES) {
        const source = await readFile(join(ORT_FOLDER, name));
        this.emitFile({ type: 'asset', fileName: `ort/${name}`, source });
      }
    },
  };
}

/** Cross-origin isolation gives the CPU provider its threads; without these headers it runs on one. */
const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The hub that models are read from and the hosts it redirects to. `BAPA_HUB` names others, the hub
 * first, separated by spaces: a mirror of one's own.
 */
const HUB_HOSTS = (
  process.env['BAPA_HUB'] ?? 'https://huggingface.co https://*.huggingface.co https://*.hf.co'
).split(' ');

/**
 * Only our own code runs, and only our own origin and the hub are read; development needs Vite's
 * inline scripts.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  `connect-src 'self' blob: ${HUB_HOSTS.join(' ')}`,
  "img-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Makes onnxruntime-web resolve to the files that load their wasm by URL, not to ones that embed it. */
export const CONDITIONS = [
  'onnxruntime-web-use-extern-wasm',
  'module',
  'browser',
  'development|production',
];

/** Of one unit test, in milliseconds; seconds on an idle machine. */
const PATIENCE = 300_000;

export default defineConfig({
  base: './',
  define: { __BAPA_HUB__: JSON.stringify(HUB_HOSTS[0]) },
  // A missing file has to be a 404, not the page.
  appType: 'mpa',
  plugins: [react(), onnxruntimeFiles(), contentSecurityPolicy(), serviceWorker()],
  environments: { client: { resolve: { conditions: CONDITIONS } } },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 1024 },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'e2e/**'],
    // Vitest leaves one core to itself, which on two cores halves the speed.
    maxWorkers: '100%',
    // A busy machine is slow, not wrong: a limit only ends what hangs.
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
  },
});
