import type { LoadRequest, WantedCompute } from '../../protocol/workbench.ts';

export interface PageSettings {
  readonly load: LoadRequest;
  /** Origin of the hub that models are read from. */
  readonly hub: string;
  readonly datasetUrl: string;
  readonly precomputedUrl: string;
  /** Seed of the first group on the bench. */
  readonly benchSeed: number;
  readonly picturesPerBatch: number | undefined;
}

/**
 * What the page's address asks for, with defaults: `?ep=wasm` runs on the CPU, `?build=asyncify`
 * runs WebGPU without JSPI, `?compute=float32` (or `float16`) chooses what models compute in, `?seed=3` shows another first group, `?batch=9` runs probes nine
 * pictures at a time, `?lose-device` lets a test destroy the GPU device.
 */
export function pageSettings(address: URL): PageSettings {
  const wanted = address.searchParams;
  const folder = (path: string) => new URL(path, address.origin + address.pathname).href;
  const model = 'emoji-llava';
  const datasetUrl = folder('data/emoji-probe/');
  return {
    load: {
      model,
      place: { kind: 'page', url: folder(`models/${model}/`) },
      datasetUrl,
      provider: wanted.get('ep') === 'wasm' ? 'wasm' : 'webgpu',
      compute: computeOf(wanted.get('compute')),
      withoutJspi: wanted.get('build') === 'asyncify',
      mayLoseDevice: wanted.has('lose-device'),
    },
    hub: __BAPA_HUB__,
    datasetUrl,
    precomputedUrl: folder('precomputed/emoji-probe/'),
    benchSeed: Number(wanted.get('seed') ?? 1) || 1,
    picturesPerBatch: Number(wanted.get('batch')) || undefined,
  };
}

function computeOf(wanted: string | null): WantedCompute {
  return wanted === 'float32' || wanted === 'float16' ? wanted : 'auto';
}
