/**
 * The diagnoses beside the probe, as page and worker speak of them: a request and the samples that it
 * brings, all plain data told apart by `kind`. A new diagnosis is a row of `Diagnoses`.
 */
import type { FlowRecord } from '../results/flow-records.ts';
import type { PerceptionMode, PerceptionRecord } from '../results/perception-records.ts';
import type { Scheme } from '../results/records.ts';
import type { SimilarityRecord } from '../results/similarity.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { PictureSet } from './picture-set.ts';

/** The picture on the bench as it is now. */
export interface BenchScope {
  readonly kind: 'bench';
  /** All nine cells composited. */
  readonly image: RgbImage;
  /** Their ids in reading order; null is white. */
  readonly pictures: readonly (string | null)[];
  /** The target's own picture. */
  readonly target: RgbImage;
  readonly targetId: string;
  /** 0 to 8 in reading order: where the target stands. */
  readonly cell: number;
  /** Side of a grid cell in pixels. */
  readonly side: number;
  readonly caption: string;
}

/** Groups of nine pictures, as the probe draws them: the same seed gives the same groups. */
export interface GroupsScope {
  readonly kind: 'groups';
  readonly dataset: PictureSet;
  readonly groups: number;
  readonly seed: number;
}

export type DiagnosisScope = BenchScope | GroupsScope;

/** Does not depend on positions, so no scheme is named. */
export interface SimilarityRequest {
  readonly kind: 'similarity';
  readonly scope: DiagnosisScope;
}

/** Covers the picture tile by tile and maps how much the answer changes. */
export interface PerceptionRequest {
  readonly kind: 'perception';
  readonly scope: DiagnosisScope;
  readonly schemes: readonly Scheme[];
  readonly modes: readonly PerceptionMode[];
  /** Tiles across and down, or as near to that as the model's patches allow. */
  readonly tiles: number;
  /** What a tile is covered with. */
  readonly fill: 'white' | 'black' | 'mean';
}

/** Reads the attention of the text behind the picture to its tokens. */
export interface FlowRequest {
  readonly kind: 'flow';
  readonly scope: DiagnosisScope;
  readonly schemes: readonly Scheme[];
  /** The layer whose heads are wanted one by one, counted from 0. */
  readonly heads?: number | undefined;
}

/** For each kind what it is asked with, and one finished sample of it; `key` is unique in a run. */
export interface Diagnoses {
  readonly perception: { readonly request: PerceptionRequest; readonly sample: PerceptionRecord };
  readonly similarity: { readonly request: SimilarityRequest; readonly sample: SimilarityRecord };
  readonly flow: { readonly request: FlowRequest; readonly sample: FlowRecord };
}

export type DiagnosisKind = keyof Diagnoses;
export type RequestOf<Kind extends DiagnosisKind> = Diagnoses[Kind]['request'];
export type SampleOf<Kind extends DiagnosisKind> = Diagnoses[Kind]['sample'];
export type DiagnosisRequest = RequestOf<DiagnosisKind>;

/** Samples that were finished since the last time. */
export type DiagnosisSamples = {
  readonly [Kind in DiagnosisKind]: {
    readonly kind: Kind;
    readonly samples: readonly SampleOf<Kind>[];
  };
}[DiagnosisKind];

/** How a diagnosis ended. A failed one keeps its samples; the reason is `runDiagnosis`'s rejection. */
export type DiagnosisOutcome = 'finished' | 'cancelled';
