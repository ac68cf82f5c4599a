import type { NamedFigure } from './named-figure.ts';
import type { ReportTable } from './report-table.ts';

/** What an experiment's records say. */
export interface SectionContent {
  /** Sentences. */
  readonly findings: readonly string[];
  /** Sentences on what is missing from the numbers. */
  readonly skipped: readonly string[];
  readonly figures: readonly NamedFigure[];
  /** Names of the figures that the page of the report shows; the others are drawn into files alone. */
  readonly shown: readonly string[];
  readonly tables: readonly ReportTable[];
}
