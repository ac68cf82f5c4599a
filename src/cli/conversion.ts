import type { ConvertProgress } from '../models/convert.ts';
import type { ModelStore } from '../models/model-store.ts';

/** One run of `convert`, whichever layout it writes. */
export interface Conversion {
  /** As the person wrote it, for sentences. */
  readonly out: string;
  /** The same, absolute: the entry of the store. */
  readonly folder: string;
  readonly store: ModelStore;
  readonly entry: string;
  /** Whether what the folder holds may be removed. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ConvertProgress) => void;
}
