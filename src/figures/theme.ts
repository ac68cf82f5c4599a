/** Colours of a figure's paper and ink. Given as values, so that an exported file looks as seen. */
export interface FigureTheme {
  /** Background of the whole figure. */
  readonly paper: string;
  readonly ink: string;
  /** Small print, axis words. */
  readonly mutedInk: string;
  /** Thin lines, hatching. */
  readonly rule: string;
  /** Lines and bars of several series, of different lightness so that they differ in grey too. */
  readonly series: readonly string[];
}

export const LIGHT: FigureTheme = {
  paper: '#ffffff',
  ink: '#16191d',
  mutedInk: '#5b636d',
  rule: '#c4cad1',
  series: ['#123a63', '#c2570c', '#4f8a3c', '#8e6bb5'],
};

export const DARK: FigureTheme = {
  paper: '#14171b',
  ink: '#e8eaed',
  mutedInk: '#a0a8b2',
  rule: '#454c55',
  series: ['#9cc7f0', '#e08a3e', '#7fb56a', '#b79ad6'],
};

export const FONT_FAMILY =
  "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
