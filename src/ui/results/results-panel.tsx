import { useDeferredValue, useState } from 'react';
import { CELLS } from '../../results/records.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { BiasMap } from './bias-map.tsx';
import { CellItems } from './cell-items.tsx';
import { ExportMenu } from './export-menu.tsx';
import { mapTriple, MEASURES, schemeLabels, type Measure } from './figure-data.ts';
import { describeManifest, figureSubtitle } from './manifest-line.ts';
import { Statistics } from './statistics.tsx';
import './results.css';

/** The probe's maps, statistics and items: the precomputed ones, then those of the run. */
export function ResultsPanel() {
  const probe = useWorkbench((state) => state.probe);
  const openCell = useWorkbench((state) => state.openCell);
  const actions = useActions();
  const [measure, setMeasure] = useState<Measure>('accuracy');
  const [compared, setCompared] = useState('balanced');
  const records = useDeferredValue(probe.records);
  const labels = schemeLabels(records);
  const first = labels[0] ?? 'standard';
  const others = labels.slice(1);
  const second = others.includes(compared) ? compared : (others[0] ?? 'balanced');
  const loaded = useWorkbench((state) => state.model.description?.weightHash);
  const line = describeManifest(probe, loaded);
  const maps = mapTriple(records, measure, first, second, figureSubtitle(probe));
  return (
    <section className="panel results" aria-label="Results" data-source={probe.source}>
      <div className="panel-title">
        <h2>Spatial probe</h2>
        <label>
          <span className="visually-hidden">Measure</span>
          <select
            value={measure}
            aria-label="Measure"
            onChange={(event) => setMeasure(event.target.value as Measure)}
          >
            {Object.entries(MEASURES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
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
        <ExportMenu maps={maps} records={records} manifest={probe.manifest} />
      </div>
      <p className="source hint" data-testid="results-source">
        {probe.source === 'none'
          ? 'No result yet. Run the probe below: it fills these maps cell by cell.'
          : line}
      </p>
      <div className="maps" data-testid="maps">
        {[maps.first, maps.second, maps.difference].map(
          (map) =>
            map !== undefined && (
              <BiasMap key={map.title} map={map} open={openCell} onOpen={actions.openCell} />
            ),
        )}
      </div>
      {openCell === undefined ? (
        <Statistics
          records={records}
          settled={probe.phase !== 'running'}
          measure={measure}
          first={first}
          second={second}
        />
      ) : (
        <CellItems key={openCell} cell={CELLS[openCell]!} records={records} labels={labels} />
      )}
    </section>
  );
}
