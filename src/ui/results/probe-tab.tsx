import { useDeferredValue, useMemo, useState } from 'react';
import { CELLS } from '../../results/records.ts';
import type { Measure } from '../../results/resampled-schemes.ts';
import { summarize } from '../../results/summary.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { isActive } from '../store/state.ts';
import { BiasMap } from './bias-map.tsx';
import { CellItems } from './cell-items.tsx';
import { ExportMenu } from './export-menu.tsx';
import { mapTriple, schemeLabels } from './figure-data.ts';
import { describeManifest } from './manifest-line.ts';
import { MeasureSelect } from './measure-select.tsx';
import { PAGE_RESAMPLES } from './page-resamples.ts';
import { Statistics } from './statistics.tsx';
import { VerdictView } from './verdict-view.tsx';

/** The probe's maps, statistics and items: the precomputed ones, then those of the run. */
export function ProbeTab() {
  const result = useWorkbench((state) => state.result);
  const probe = useWorkbench((state) => state.probe);
  const opened = useWorkbench((state) => state.opened);
  const loaded = useWorkbench((state) => state.model.description?.weightHash);
  const actions = useActions();
  const [measure, setMeasure] = useState<Measure>('accuracy');
  const [compared, setCompared] = useState('balanced');
  const records = useDeferredValue(result.records);
  // While records come in, intervals would be out of date as soon as they are known.
  const watched = useWorkbench((state) => state.runs.watched);
  const grows =
    (result.run === probe.run && isActive(probe) && probe.phase !== 'paused') ||
    (watched !== undefined && result.kept === watched);
  const summary = useMemo(
    () => (grows || records.length === 0 ? undefined : summarize(records, PAGE_RESAMPLES)),
    [records, grows],
  );
  const labels = schemeLabels(records);
  const first = labels[0] ?? 'standard';
  const others = labels.slice(1);
  const second = others.includes(compared) ? compared : (others[0] ?? 'balanced');
  const { manifest } = result;
  const maps = mapTriple(records, { measure, first, second, manifest, summary });
  const shown = [
    { map: maps.first, schemes: [first] },
    { map: maps.second, schemes: [second] },
    { map: maps.difference, schemes: [first, second] },
  ];
  return (
    <div className="result" data-source={result.source}>
      <div className="panel-title">
        <h2>Spatial probe</h2>
        <MeasureSelect measure={measure} onChange={setMeasure} />
        {others.length > 1 && (
          <label>
            <span>against</span>{' '}
            <select value={second} onChange={(event) => setCompared(event.target.value)}>
              {others.map((label) => (
                <option key={label}>{label}</option>
              ))}
            </select>
          </label>
        )}
        <ExportMenu maps={maps} records={records} manifest={manifest} />
      </div>
      <div className="source">
        <p className="hint" data-testid="results-source">
          {result.source === 'none'
            ? 'No result yet. Run the probe below: it fills these maps cell by cell.'
            : describeManifest(result, probe, loaded)}
        </p>
        {result.source === 'precomputed' && (
          <p className="hint">
            <a href="study/report.html">The report of the whole study</a>
          </p>
        )}
        <PreviousResult />
      </div>
      <div className="maps" data-testid="maps">
        {shown.map(
          ({ map, schemes }) =>
            map !== undefined && (
              <BiasMap
                key={map.name}
                map={map}
                open={opened?.map === map.name ? opened?.cell : undefined}
                onOpen={(cell) => actions.openCell({ cell, map: map.name ?? map.title, schemes })}
              />
            ),
        )}
      </div>
      {opened === undefined ? (
        <>
          {summary !== undefined && (
            <VerdictView summary={summary} measure={measure} schemes={[first, second]} />
          )}
          <Statistics
            summary={summary}
            grows={grows}
            measure={measure}
            first={first}
            second={second}
          />
        </>
      ) : (
        <CellItems
          key={`${opened.map} ${opened.cell}`}
          cell={CELLS[opened.cell]!}
          chosenSchemes={opened.schemes}
          records={records}
          manifest={manifest}
        />
      )}
    </div>
  );
}

/** A run takes the place of what was shown; this goes back to it, and forth again. */
function PreviousResult() {
  const previous = useWorkbench((state) => state.previous);
  const probe = useWorkbench((state) => state.probe);
  const actions = useActions();
  if (previous === undefined) return null;
  const name =
    previous.source === 'precomputed'
      ? 'the precomputed result'
      : previous.run === probe.run
        ? 'the newest run'
        : 'the last result';
  return (
    <button type="button" className="quiet" onClick={actions.swapResults}>
      Show {name}
    </button>
  );
}
