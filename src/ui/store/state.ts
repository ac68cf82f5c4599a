/**
 * What the page draws, and nothing else: no pixels, no tensors. Pictures live in the picture library
 * and are named here by id; records are the plain ones that a run writes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DatasetItem } from '../../data/dataset.ts';
import type { KeptRun } from '../../kept/run-schema.ts';
import type {
  DiagnosisKind,
  DiagnosisScope,
  PerceptionRequest,
  SampleOf,
} from '../../protocol/diagnosis.ts';
import type {
  LiveAnswer,
  LoadProgress,
  Machine,
  ModelDescription,
  PositionStrip,
} from '../../protocol/workbench.ts';
import type { RunManifest } from '../../results/manifest.ts';
import type { PerceptionValues } from '../../results/perception-records.ts';
import type { ProbeRecord } from '../../results/records.ts';
import type { RunProgress } from '../../results/run-progress.ts';

export interface ModelState {
  readonly phase: 'starting' | 'loading' | 'live' | 'failed';
  /** Of the chosen model, loaded or not. */
  readonly name?: string;
  readonly progress?: LoadProgress;
  readonly description?: ModelDescription;
  /** What happened and what to do, when the phase is `failed`. */
  readonly failure?: string;
  /** The worker is gone: only a reload helps. */
  readonly broken?: boolean;
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

/** What the results panel shows: the precomputed records, or those of a run. */
export interface ResultState {
  readonly source: 'none' | 'precomputed' | 'run' | 'kept';
  /** Number of the run that wrote the records, where one of this page did. */
  readonly run?: number;
  /** Its name among the kept runs. */
  readonly kept?: string | undefined;
  readonly records: readonly ProbeRecord[];
  readonly manifest?: RunManifest;
}

/** The run that was started last. What it wrote is a result, from its first record on. */
export interface ProbeState {
  readonly phase:
    'idle' | 'running' | 'pausing' | 'paused' | 'cancelling' | 'finished' | 'cancelled' | 'failed';
  /** Counts the runs since the page was opened. */
  readonly run: number;
  /** Its name among the kept runs, once it is one. */
  readonly kept?: string | undefined;
  readonly manifest?: RunManifest;
  readonly progress?: RunProgress;
  readonly failure?: string;
}

/** The diagnosis that was started last; one runs at a time, and none beside a probe. */
export interface DiagnosisState {
  readonly phase: 'idle' | 'running' | 'cancelling' | 'finished' | 'cancelled' | 'failed';
  readonly kind?: DiagnosisKind;
  /** Counts the diagnoses since the page was opened. */
  readonly run: number;
  /** Its name among the kept runs, once it is one. */
  readonly kept?: string | undefined;
  /** What it is of. */
  readonly scope?: DiagnosisScope['kind'];
  /** The bench as it was when a diagnosis of it began. */
  readonly bench?: Bench | undefined;
  readonly manifest?: RunManifest;
  readonly progress?: RunProgress;
  readonly failure?: string;
}

/** What a diagnosis found so far, or what a file of results held. */
export interface DiagnosisResult<Kind extends DiagnosisKind> {
  /** Where it ships with the page. */
  readonly source?: 'precomputed';
  /** Number of the diagnosis that it is of; -1 of one that was kept or came from elsewhere. */
  readonly run: number;
  /** Its name among the kept runs. */
  readonly kept?: string | undefined;
  readonly scope: DiagnosisScope['kind'];
  /** Where it is of the bench: what stood there. */
  readonly bench?: Bench | undefined;
  readonly manifest?: RunManifest | undefined;
  readonly samples: readonly SampleOf<Kind>[];
}

/** The newest result of each kind. */
export type DiagnosisResults = { readonly [Kind in DiagnosisKind]?: DiagnosisResult<Kind> };

/** What a diagnosis is to be of. */
export interface DiagnosisSettings {
  readonly scope: DiagnosisScope['kind'];
  readonly dataset: RunSettings['dataset'];
  readonly groups: number;
  readonly seed: number;
}

/** Perception maps in the published form, from files. */
export interface ImportedMaps {
  /** Of the folder or file. */
  readonly name: string;
  readonly maps: readonly PerceptionValues[];
}

/** How perception maps cover the picture. */
export type CoverSettings = Pick<PerceptionRequest, 'modes' | 'tiles' | 'fill'>;

/** A kept run, and whether some tab runs it just now. */
export interface ListedRun extends KeptRun {
  readonly held: boolean;
  /** Whether it is this tab that runs it. */
  readonly here: boolean;
}

/** What the browser keeps of runs. */
export interface RunsState {
  /** Undefined until the store was asked, or where it cannot be. */
  readonly rows?: readonly ListedRun[] | undefined;
  /** Why nothing is kept, as a sentence. */
  readonly problem?: string | undefined;
  /** Why what was last asked of a run was not done, as a sentence. */
  readonly failure?: string | undefined;
  /** Whether the browser keeps them even when space runs short; undefined where it does not tell. */
  readonly persistent?: boolean | undefined;
  /** The run of another tab that this one watches. */
  readonly watched?: string | undefined;
  /** The unfinished run that a person does not want to be asked about again. */
  readonly dismissed?: string | undefined;
  /** Answers of a run of this tab could not be kept. */
  readonly lost: boolean;
}

/** An own picture whose caption has to be mended before a run can start. */
export interface CaptionProblem {
  readonly id: string;
  readonly message: string;
}

/** A cell of a map, opened to its items under the map's schemes. */
export interface OpenedCell {
  /** 0 to 8. */
  readonly cell: number;
  /** The map's name. */
  readonly map: string;
  /** Labels of the schemes that the map is about. */
  readonly schemes: readonly string[];
}

/** Two conditions of the probe, by the keys of `compare-sources`; the page chooses what is absent. */
export interface ComparedState {
  readonly first?: string;
  readonly second?: string;
}

export const PANELS = ['bench', 'setup', 'results'] as const;
export type PanelName = (typeof PANELS)[number];

/** The experiments that the results panel has a tab for, and what sets two of them side by side. */
export const RESULT_TAB_NAMES = ['probe', 'perception', 'similarity', 'flow', 'compare'] as const;
export type ResultTabName = (typeof RESULT_TAB_NAMES)[number];

export interface RunSettings {
  readonly dataset: 'embedded' | 'own';
  readonly groups: number;
  readonly seed: number;
  /** Adds the slider's strength to standard and balanced. */
  readonly withStrength: boolean;
}

export interface WorkbenchState {
  readonly model: ModelState;
  /** What fits here and what is kept, as last asked; undefined before the first time. */
  readonly machine?: Machine;
  readonly machineFailure?: string;
  readonly dataset?: {
    readonly name: string;
    readonly cell: number;
    readonly items: readonly DatasetItem[];
  };
  readonly ownPictures: readonly DatasetItem[];
  readonly bench?: Bench;
  /** Seed of the group that the bench began with. */
  readonly benchSeed: number;
  /** Balance strength: 0 is standard, 1 is balanced. */
  readonly strength: number;
  readonly live?: LiveState;
  readonly livePending: boolean;
  readonly liveFailure?: string;
  readonly strip?: PositionStrip;
  readonly naming: NamingState;
  readonly probe: ProbeState;
  readonly diagnosis: DiagnosisState;
  /** Which of its experiments a study is at, from 0, while one runs. */
  readonly study?: { readonly at: number; readonly of: number } | undefined;
  readonly diagnosisResults: DiagnosisResults;
  /** Of each kind, in so far as they were changed: see `diagnosisSettings`. */
  readonly diagnosisSettings: Readonly<Partial<Record<DiagnosisKind, DiagnosisSettings>>>;
  readonly cover: CoverSettings;
  /** Maps that were made elsewhere; they are shown until a run begins. */
  readonly importedMaps?: ImportedMaps | undefined;
  /** The layer whose heads information flow shows one by one; none where absent. */
  readonly flowHeads?: number | undefined;
  readonly result: ResultState;
  /** The result that was shown before, to go back to. */
  readonly previous?: ResultState;
  readonly run: RunSettings;
  readonly compared: ComparedState;
  readonly captionProblem?: CaptionProblem;
  readonly opened?: OpenedCell;
  /** The panel that a narrow page shows. */
  readonly panel: PanelName;
  /** The tab that the results panel shows. */
  readonly resultTab: ResultTabName;
  readonly runs: RunsState;
  readonly notices: readonly string[];
  /** What was just done, for the screen reader. */
  readonly announcement: string;
}

export type WorkbenchStore = StoreApi<WorkbenchState>;

export function createWorkbenchStore(): WorkbenchStore {
  return createStore<WorkbenchState>(() => ({
    model: { phase: 'starting' },
    ownPictures: [],
    benchSeed: 1,
    strength: 1,
    livePending: false,
    naming: { question: 'What is in the picture?', pending: false },
    probe: { phase: 'idle', run: 0 },
    diagnosis: { phase: 'idle', run: 0 },
    diagnosisResults: {},
    diagnosisSettings: {},
    cover: { modes: ['kernel'], tiles: 10, fill: 'white' },
    result: { source: 'none', records: [] },
    panel: 'bench',
    resultTab: 'probe',
    run: { dataset: 'embedded', groups: 20, seed: 7, withStrength: false },
    compared: {},
    runs: { lost: false },
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

/** Whether a run is under way, standing still included. */
export function isActive({ phase }: ProbeState | DiagnosisState): boolean {
  return ['running', 'pausing', 'paused', 'cancelling'].includes(phase);
}

/** The kept runs that this tab works on. */
export function runsAtWork({ probe, diagnosis }: WorkbenchState): string[] {
  return [probe, diagnosis].flatMap((run) =>
    isActive(run) && run.kept !== undefined ? [run.kept] : [],
  );
}

/** Whether a probe or a diagnosis is under way: then no other can start. */
export function isBusy({ probe, diagnosis }: WorkbenchState): boolean {
  return isActive(probe) || isActive(diagnosis);
}

/** `top_left` as people say it. */
export function cellName(cell: string): string {
  return cell.replace('_', ' ');
}
