/**
 * What the page draws, and nothing else: no pixels, no tensors. Pictures live in the picture library
 * and are named here by id; records are the plain ones that a run writes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DatasetItem } from '../../data/dataset.ts';
import type {
  LiveAnswer,
  LoadProgress,
  ModelDescription,
  PositionStrip,
  ProbeProgress,
} from '../../protocol/workbench.ts';
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';

export interface ModelState {
  readonly phase: 'starting' | 'loading' | 'live' | 'failed';
  readonly progress?: LoadProgress;
  readonly description?: ModelDescription;
  /** What happened and what to do, when the phase is `failed`. */
  readonly failure?: string;
}

/** The picture on the bench: a target that walks through a fixed row of eight others. */
export interface Bench {
  readonly target: string;
  readonly distractors: readonly (string | null)[];
  /** 0 to 8 in reading order. */
  readonly cell: number;
  readonly caption: string;
}

export interface LiveState {
  /** The bench that the answers belong to; another one's are shown as being updated. */
  readonly key: string;
  readonly answers: readonly LiveAnswer[];
  readonly prompt: string;
  readonly encoded: boolean;
  readonly milliseconds: number;
  /** Pictures that went through the vision encoder since the page was opened. */
  readonly encodings: number;
}

export interface NamingState {
  readonly question: string;
  readonly pending: boolean;
  readonly key?: string;
  readonly answers?: readonly LiveAnswer[];
  readonly failure?: string;
}

/** Where the records in the results panel come from. */
export interface ProbeState {
  readonly source: 'none' | 'precomputed' | 'run';
  readonly phase: 'idle' | 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';
  readonly records: readonly ProbeRecord[];
  readonly manifest?: RunManifest;
  readonly progress?: ProbeProgress;
  readonly failure?: string;
}

export interface RunSettings {
  readonly dataset: 'embedded' | 'own';
  readonly groups: number;
  readonly seed: number;
  /** Adds the slider's strength to standard and balanced. */
  readonly withStrength: boolean;
}

export interface WorkbenchState {
  readonly model: ModelState;
  readonly dataset?: {
    readonly name: string;
    readonly cell: number;
    readonly items: readonly DatasetItem[];
  };
  readonly ownPictures: readonly DatasetItem[];
  readonly bench?: Bench;
  /** Balance strength: 0 is standard, 1 is balanced. */
  readonly strength: number;
  readonly live?: LiveState;
  readonly livePending: boolean;
  readonly liveFailure?: string;
  readonly strip?: PositionStrip;
  readonly naming: NamingState;
  readonly probe: ProbeState;
  readonly run: RunSettings;
  /** The opened cell of the results, 0 to 8. */
  readonly openCell?: number;
  readonly notices: readonly string[];
  /** What was just done, for the screen reader. */
  readonly announcement: string;
}

export type WorkbenchStore = StoreApi<WorkbenchState>;

export function createWorkbenchStore(): WorkbenchStore {
  return createStore<WorkbenchState>(() => ({
    model: { phase: 'starting' },
    ownPictures: [],
    strength: 1,
    livePending: false,
    naming: { question: 'What is in the picture?', pending: false },
    probe: { source: 'none', phase: 'idle', records: [] },
    run: { dataset: 'embedded', groups: 20, seed: 7, withStrength: false },
    notices: [],
    announcement: '',
  }));
}

/** Names what the model would see: the same key means the same answers. */
export function benchKey(bench: Bench): string {
  return JSON.stringify([bench.target, bench.distractors, bench.cell, bench.caption]);
}

/** The nine picture ids of a bench in reading order. */
export function benchPictures(bench: Bench): (string | null)[] {
  const pictures = [...bench.distractors];
  pictures.splice(bench.cell, 0, bench.target);
  return pictures;
}

/** `top_left` as people say it. */
export function cellName(cell: string): string {
  return cell.replace('_', ' ');
}
