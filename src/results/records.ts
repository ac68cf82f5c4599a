/** What a probe writes down, one record for each item and scheme. Plain JSON, versioned. */

export const RECORD_VERSION = 1;

/** The nine cells in reading order, with the reference's names. */
export const CELLS = [
  'top_left',
  'top_center',
  'top_right',
  'left',
  'center',
  'right',
  'bottom_left',
  'bottom_center',
  'bottom_right',
] as const;
export type Cell = (typeof CELLS)[number];

export type Polarity = 'positive' | 'negative';

/** A position scheme: `standard` (strength 0), `balanced` (1), or a strength between, named by its number. */
export interface Scheme {
  readonly label: string;
  readonly strength: number;
}

export interface ProbeRecord {
  /** `<group>/<cell>/<polarity>/<scheme label>`: unique in a run, the key for resuming. */
  readonly key: string;
  /** Position of the item in the run's fixed order. */
  readonly index: number;
  readonly group: number;
  readonly cell: Cell;
  readonly polarity: Polarity;
  readonly scheme: string;
  readonly strength: number;
  /** SHA-256 of the composited picture's pixels, hexadecimal. */
  readonly imageHash: string;
  /** Ids of the nine pictures in reading order (null: white), so that it can be composited again. */
  readonly pictures: readonly (string | null)[];
  readonly caption: string;
  readonly prompt: string;
  /** The right answer. */
  readonly answer: 'Yes' | 'No';
  /** What the model said, parsed by the reference's rule; null where it said neither. */
  readonly prediction: 'Yes' | 'No' | null;
  /** The model's raw output. */
  readonly output: string;
  readonly margin: number;
  /** True where the first token was neither Yes nor No and decoding went on. */
  readonly decoded: boolean;
  readonly milliseconds: number;
}
