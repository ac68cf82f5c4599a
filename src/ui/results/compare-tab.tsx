import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { comparisonMaps, comparisonTable } from '../../report/comparison.ts';
import { curveData } from '../../report/curve-figure.ts';
import { compareConditions, conditionsOf, type Condition } from '../../results/compare-runs.ts';
import type { Measure } from '../../results/resampled-schemes.ts';
import { LEAST_STRENGTHS } from '../../results/strength-curve.ts';
import { summarize } from '../../results/summary.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { isActive } from '../store/state.ts';
import { BiasMap } from './bias-map.tsx';
import { CompareMenu } from './compare-menu.tsx';
import {
  chosenPair,
  compareSources,
  conditionChoices,
  shortName,
  type ConditionChoice,
} from './compare-sources.ts';
import { CompareTable } from './compare-table.tsx';
import { CurveView } from './curve-view.tsx';
import { FlippedList } from './flipped-list.tsx';
import { ManifestTable } from './manifest-table.tsx';
import { MeasureSelect } from './measure-select.tsx';
import { PAGE_RESAMPLES } from './page-resamples.ts';
import { useProbeRun, type ProbeRun } from './use-probe-run.ts';
import { VerdictView } from './verdict-view.tsx';

const NO_RUNS: readonly never[] = [];

/** Two conditions of the probe side by side: schemes of one run, or of two. */
export function CompareTab() {
  const result = useDeferredValue(useWorkbench((state) => state.result));
  const previous = useWorkbench((state) => state.previous);
  const kept = useWorkbench((state) => state.runs.rows) ?? NO_RUNS;
  const compared = useWorkbench((state) => state.compared);
  const grows = useWorkbench(
    ({ probe, runs, result: shown }) =>
      (isActive(probe) && probe.phase !== 'paused') ||
      (runs.watched !== undefined && runs.watched === shown.kept),
  );
  const actions = useActions();
  useEffect(() => void actions.refreshRuns(), [actions]);
  const choices = useMemo(
    () => conditionChoices(compareSources(result, previous, kept)),
    [result, previous, kept],
  );
  const pair = chosenPair(choices, compared);
  const [first, second] = [useProbeRun(pair?.[0].source), useProbeRun(pair?.[1].source)];
  const failure = first.failure ?? second.failure;
  if (pair === undefined)
    return (
      <div className="result">
        <h2>Two conditions</h2>
        <p className="hint">
          There is nothing to compare yet: run the probe under two schemes, or import a run.
        </p>
      </div>
    );
  const key = pair.map((choice) => choice.key).join('\n');
  return (
    <div className="result">
      <div className="compare-choice">
        <ConditionSelect
          label="First"
          choices={choices}
          chosen={pair[0]}
          onChoose={(chosen) => actions.setCompared({ first: chosen })}
        />
        <ConditionSelect
          label="Second"
          choices={choices}
          chosen={pair[1]}
          onChoose={(chosen) => actions.setCompared({ second: chosen })}
        />
      </div>
      {failure !== undefined && <p role="alert">{failure}</p>}
      {grows ? (
        <p className="hint">The comparison follows when the run pauses or ends.</p>
      ) : (
        first.run !== undefined &&
        second.run !== undefined && (
          <Compared
            key={key}
            first={first.run}
            second={second.run}
            firstLabel={pair[0].label}
            secondLabel={pair[1].label}
            isOneRun={pair[0].source.id === pair[1].source.id}
          />
        )
      )}
    </div>
  );
}

interface ConditionSelectProps {
  label: string;
  choices: readonly ConditionChoice[];
  chosen: ConditionChoice;
  onChoose: (key: string) => void;
}

function ConditionSelect({ label, choices, chosen, onChoose }: ConditionSelectProps) {
  const sources = [...new Set(choices.map(({ source }) => source))];
  return (
    <label>
      <span>{label}</span>{' '}
      <select
        value={chosen.key}
        aria-label={`${label} condition`}
        onChange={(event) => onChoose(event.target.value)}
      >
        {sources.map((source) => (
          <optgroup key={source.id} label={source.title}>
            {choices
              .filter((choice) => choice.source === source)
              .map((choice) => (
                <option key={choice.key} value={choice.key}>
                  {choice.label} · {shortName(source.manifest.model.name)}{' '}
                  {source.manifest.model.dtype}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

interface ComparedProps {
  first: ProbeRun;
  second: ProbeRun;
  /** Of the scheme of each. */
  firstLabel: string;
  secondLabel: string;
  isOneRun: boolean;
}

function conditionOf(run: ProbeRun, label: string): Condition {
  return conditionsOf(run).find(({ scheme }) => scheme.label === label)!;
}

function Compared({ first, second, firstLabel, secondLabel, isOneRun }: ComparedProps) {
  const [measure, setMeasure] = useState<Measure>('accuracy');
  const [cell, setCell] = useState<number>();
  const conditions = useMemo(
    () => [conditionOf(first, firstLabel), conditionOf(second, secondLabel)] as const,
    [first, second, firstLabel, secondLabel],
  );
  const comparison = useMemo(() => compareConditions(...conditions, PAGE_RESAMPLES), [conditions]);
  const whole = useMemo(
    () =>
      first.manifest.schemes.length < LEAST_STRENGTHS
        ? undefined
        : summarize(first.records, PAGE_RESAMPLES),
    [first],
  );
  const drawn = comparisonMaps(comparison, conditions, measure);
  const table = comparisonTable(comparison, measure, 'compared');
  const curve = whole && curveData(whole, first.manifest, measure);
  const { pairing, unpaired, summary } = comparison;
  return (
    <>
      <ManifestTable differences={comparison.differences} same={isOneRun} />
      <div className="panel-title">
        <h2>Side by side</h2>
        <MeasureSelect measure={measure} onChange={setMeasure} />
        <CompareMenu drawn={drawn} table={table} curve={curve} comparison={comparison} />
      </div>
      <p className="hint" data-testid="pairing">
        {pairing === 'apart'
          ? 'Fewer than two groups share pictures and questions: nothing is paired, and intervals are wider.'
          : `Paired over ${summary.schemes[0]?.across?.groups ?? 0} groups with the same pictures and questions.`}
        {pairing === 'paired' && unpaired > 0 && ` ${unpaired} without a partner are left out.`}
      </p>
      <div className="maps" data-testid="compared-maps">
        {drawn.maps.map((map) => (
          <BiasMap key={map.title} map={map} open={cell} onOpen={setCell} />
        ))}
      </div>
      {drawn.maps[2].cells.some(({ marked }) => marked) && (
        <p className="hint">* differs by exact McNemar, Holm over nine cells, p &lt; 0.05</p>
      )}
      <VerdictView
        summary={summary}
        measure={measure}
        schemes={[comparison.first, comparison.second]}
      />
      <CompareTable table={table} />
      {curve !== undefined && <CurveView curve={curve} />}
      {pairing === 'paired' && (
        <FlippedList
          items={comparison.flipped}
          cell={cell}
          onCell={setCell}
          manifest={first.manifest}
        />
      )}
    </>
  );
}
