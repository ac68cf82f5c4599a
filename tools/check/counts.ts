/** How many tests of a check passed, failed and were left out. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Why much of it was left out, a whole sentence. */
  note?: string;
}

/** Thrown by a check that cannot run on this machine; the message is the reason, a whole sentence. */
export class SkippedCheck extends Error {
  override name = 'SkippedCheck';
}
