/** How the parts of a converted model are stored. */

/** How a matrix is stored: floats, or codes in blocks of 32 (`q4a`: with zero points). */
export type StorageFormat = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4a';

/** Parts of a model whose matrices have a format of their own. */
export interface PartFormats {
  /** Tower and projector. */
  readonly vision: StorageFormat;
  /** The token embedding. */
  readonly embedding: StorageFormat;
  readonly decoder: StorageFormat;
  /** The matrix that makes logits. */
  readonly head: StorageFormat;
}
