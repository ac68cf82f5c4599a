/** The report's style sheet: readable on paper, on a phone, in light and in dark. */
import { DARK, FONT_FAMILY, LIGHT } from '../figures/theme.ts';

export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --paper: ${LIGHT.paper};
  --ink: ${LIGHT.ink};
  --muted: ${LIGHT.mutedInk};
  --rule: ${LIGHT.rule};
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: ${DARK.paper};
    --ink: ${DARK.ink};
    --muted: ${DARK.mutedInk};
    --rule: ${DARK.rule};
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 76rem;
  padding: 1.5rem 1rem 4rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 ${FONT_FAMILY};
  font-variant-numeric: tabular-nums;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 0.25rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; }
p, li { max-width: 46rem; }
p { margin: 0 0 0.6rem; }
a { color: inherit; }
.muted { color: var(--muted); }
section { border-top: 1px solid var(--rule); margin-top: 2.5rem; padding-top: 1.5rem; }
.scroll { overflow-x: auto; margin: 0 0 1.5rem; }
figure svg {
  display: block;
  width: var(--width);
  max-width: max(100%, 40rem);
  height: auto;
}
table { border-collapse: collapse; font-size: 0.875rem; }
caption { text-align: left; max-width: calc(100vw - 2rem); color: var(--muted); padding-bottom: 0.4rem; }
th, td {
  text-align: left;
  vertical-align: top;
  padding: 0.2rem 1rem 0.2rem 0;
  border-bottom: 1px solid var(--rule);
  font-weight: 400;
}
th, td { white-space: nowrap; }
thead th { font-weight: 600; }
.number { text-align: right; }
.fields td { overflow-wrap: anywhere; white-space: pre-wrap; }
.fields th { color: var(--muted); }
pre {
  margin: 0 0 1rem;
  padding: 0.6rem 0.8rem;
  border: 1px solid var(--rule);
  font-size: 0.875rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
@media print {
  :root {
    --paper: ${LIGHT.paper};
    --ink: ${LIGHT.ink};
    --muted: ${LIGHT.mutedInk};
    --rule: ${LIGHT.rule};
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .scroll { overflow: visible; }
  figure svg { max-width: 100%; }
  figure, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding-right: 0.5em; }
  th, td { white-space: normal; }
  td.number { white-space: nowrap; }
  section { break-before: page; border: 0; margin: 0; padding: 0; }
}
`;
