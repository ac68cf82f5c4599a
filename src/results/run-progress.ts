/** How far a run is, in whatever it counts. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
  /** An estimate from what has been done since the run began or went on; null before the first part. */
  readonly millisecondsLeft: number | null;
  /** What was run for it so far, by an experiment that counts passes; those of an earlier run are not. */
  readonly passes?: number | undefined;
}
