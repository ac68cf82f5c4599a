/** Accuracy and bias of a run along the balance strength. */
import {
  strengthCurve as drawCurve,
  strengthCurveNumbers,
  type StrengthCurveData,
} from '../figures/strength-curve.ts';
import { describeSource } from '../figures/bias-maps.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Measure } from '../results/resampled-schemes.ts';
import { strengthCurve } from '../results/strength-curve.ts';
import type { ProbeSummary } from '../results/summary.ts';
import type { NamedFigure } from './named-figure.ts';

/** The curve's data; undefined for a run of fewer than three strengths. */
export function curveData(
  summary: ProbeSummary,
  manifest: RunManifest | undefined,
  measure: Measure,
): StrengthCurveData | undefined {
  const points = strengthCurve(summary, measure);
  if (points.length === 0) return undefined;
  const quantity = measure === 'accuracy' ? 'accuracy on positive items' : 'balanced accuracy';
  return {
    title: 'Accuracy and bias by strength',
    lines: [
      describeSource({
        quantity,
        model: manifest?.model.name,
        dataset: manifest?.dataset.name,
        groups: summary.schemes[0]?.across?.groups,
        seed: manifest?.seed,
      }),
      'bands are 95 % intervals, groups resampled',
    ],
    quantity,
    points: points.map(({ strength, mean, range, rangeNull }) => ({
      strength,
      mean,
      range,
      chanceRange: rangeNull.nullMean,
      p: rangeNull.p,
    })),
  };
}

/** The same as a figure under a name. */
export function curveFigure(
  summary: ProbeSummary,
  manifest: RunManifest | undefined,
  name = 'strength-curve',
): NamedFigure[] {
  const data = curveData(summary, manifest, 'accuracy');
  return data ? [{ name, svg: drawCurve(data), numbers: strengthCurveNumbers(data) }] : [];
}
