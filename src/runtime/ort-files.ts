/** Which of onnxruntime-web's files a build loads, by the names that it asks for them. */

export type OrtBuild = 'jspi' | 'asyncify' | 'wasm';

const ENDINGS: Readonly<Record<OrtBuild, string>> = {
  jspi: '.jspi',
  asyncify: '.asyncify',
  wasm: '',
};

/** The wasm builds that `openWebBackend` chooses between: WebGPU with JSPI, with asyncify, CPU. */
export const ORT_BUILDS = Object.keys(ENDINGS) as OrtBuild[];

/** The loader and the wasm file of a build. */
export function ortFiles(build: OrtBuild): string[] {
  return ['mjs', 'wasm'].map((type) => `ort-wasm-simd-threaded${ENDINGS[build]}.${type}`);
}
