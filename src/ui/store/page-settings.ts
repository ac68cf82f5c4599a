import type { LoadRequest, WantedCompute } from '../../protocol/workbench.ts';
import { EMBEDDED_MODEL, linkedState, type LinkedState } from './link.ts';

export interface PageSettings {
  readonly load: LoadRequest;
  /** Origin of the hub that models are read from. */
  readonly hub: string;
  readonly datasetUrl: string;
  /** Folder of the study that ships with the page. */
  readonly studyUrl: string;
  /** What a link restores. */
  readonly linked: LinkedState;
  readonly picturesPerBatch: number | undefined;
}

/**
 * What the page's address asks for, with defaults: `?ep=wasm` runs on the CPU, `?build=asyncify`
 * runs WebGPU without JSPI, `?compute=float32` (or `float16`) chooses what models compute in,
 * `?batch=9` runs probes nine pictures at a time, `?lose-device` lets a test destroy the GPU device; what
 * else is there is a link's (see `linkedState`).
 */
export function pageSettings(address: URL): PageSettings {
  const wanted = address.searchParams;
  const folder = (path: string) => new URL(path, address.origin + address.pathname).href;
  const model = EMBEDDED_MODEL;
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
    studyUrl: folder('study/'),
    linked: linkedState(address),
    picturesPerBatch: Number(wanted.get('batch')) || undefined,
  };
}

function computeOf(wanted: string | null): WantedCompute {
  return wanted === 'float32' || wanted === 'float16' ? wanted : 'auto';
}
