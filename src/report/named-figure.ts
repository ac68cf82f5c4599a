import type { FigureNumbers } from '../figures/heatmap-numbers.ts';

/** A figure of a run with what it shows. */
export interface NamedFigure {
  /** File name without its ending, unique in the run. */
  readonly name: string;
  /** An SVG document on white paper, its words as text. */
  readonly svg: string;
  readonly numbers: FigureNumbers;
}
