/**
 * The diagnoses beside the probe, as page and worker speak of them: a request and the samples that it
 * brings, all plain data told apart by `kind`. A new diagnosis is a row of `Diagnoses`.
 */
import type { SimilarityRecord } from '../results/similarity.ts';
import type { RgbImage } from '../tensor/image.ts';
import type { PictureSet } from './picture-set.ts';

/** The picture on the bench as it is now. */
export interface BenchScope {
  readonly kind: 'bench';
  /** All nine cells composited. */
  readonly image: RgbImage;
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

/** For each kind what it is asked with, and one finished sample of it; `key` is unique in a run. */
export interface Diagnoses {
  readonly similarity: { readonly request: SimilarityRequest; readonly sample: SimilarityRecord };
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
