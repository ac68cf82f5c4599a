/** What the similarity diagnosis writes down, one record for each picture. Plain JSON, versioned. */
import type { Cell } from './records.ts';

/** Cosines between a picture of a target alone on white and the target's caption. */
export interface SimilarityRecord {
  /** `<group>/<cell>`: unique in a run. */
  readonly key: string;
  /** Position of the picture in the run's fixed order. */
  readonly index: number;
  readonly group: number;
  readonly cell: Cell;
  /** Id of the target. */
  readonly target: string;
  readonly caption: string;
  /** SHA-256 of the composited picture's pixels, hexadecimal. */
  readonly imageHash: string;
  /** Both sides max-pooled over all their tokens: the reference's number. */
  readonly max: number;
  /** Both sides averaged over all their tokens. */
  readonly mean: number;
  /** As `max`, over the image tokens that lie in the target's cell alone; null where none does. */
  readonly own: number | null;
  readonly milliseconds: number;
}
