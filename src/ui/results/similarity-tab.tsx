import { useDeferredValue, useMemo, useState } from 'react';
import { similarityMaps, type SimilarityScaleChoice } from '../../figures/similarity-maps.ts';
import {
  formatReferenceSimilarities,
  formatSimilarities,
  similaritiesToCsv,
} from '../../results/similarity.ts';
import { pooledMaps, summarizeSimilarity } from '../../results/similarity-summary.ts';
import { useWorkbench } from '../store/context.tsx';
import { isActive } from '../store/state.ts';
import { BiasMap } from './bias-map.tsx';
import { DiagnosisControls } from './diagnosis-controls.tsx';
import { describeDiagnosis } from './diagnosis-line.ts';
import { savedMaps } from './figure-data.ts';
import { FigureMenu } from './figure-menu.tsx';
import { PAGE_RESAMPLES } from './page-resamples.ts';
import { saveText } from './save-file.ts';
import { similaritySource } from './similarity-source.ts';
import { SimilarityTable } from './similarity-table.tsx';

const SCALES: Readonly<Record<SimilarityScaleChoice, string>> = {
  fixed: 'colours from 0 to 1',
  fitted: 'colours fitted to the values',
};

/** How alike caption and picture are, by the cell that the target alone stands in. */
export function SimilarityTab() {
  // As a whole, so that samples are never told to be another run's.
  const result = useDeferredValue(useWorkbench((state) => state.diagnosisResults.similarity));
  const diagnosis = useWorkbench((state) => state.diagnosis);
  const loaded = useWorkbench((state) => state.model.description?.weightHash);
  const [scale, setScale] = useState<SimilarityScaleChoice>('fixed');
  const samples = result?.samples ?? NONE;
  const grows = result !== undefined && result.run === diagnosis.run && isActive(diagnosis);
  const summary = useMemo(
    // While samples come in, intervals would be out of date as soon as they are known.
    () => summarizeSimilarity(samples, grows ? { resamples: 1, permutations: 1 } : PAGE_RESAMPLES),
    [samples, grows],
  );
  const source = similaritySource(result);
  const maps = similarityMaps(pooledMaps(summary, !grows), source, scale);
  const name = `similarity-${result?.manifest?.model.name ?? 'run'}`;
  const none = samples.length === 0;
  return (
    <div className="result" data-scope={result?.scope}>
      <div className="panel-title">
        <h2>Caption and picture</h2>
        <select
          value={scale}
          aria-label="Scale of the colours"
          onChange={(event) => setScale(event.target.value as SimilarityScaleChoice)}
        >
          {Object.entries(SCALES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <FigureMenu name={name} figures={savedMaps(maps, source, 'all maps')}>
          <div className="menu-row">
            <button
              type="button"
              disabled={none}
              onClick={() => saveText(`${name}.csv`, 'text/csv', similaritiesToCsv(samples))}
            >
              CSV
            </button>
            <button
              type="button"
              disabled={none}
              onClick={() =>
                saveText(
                  `${name}.summary.json`,
                  'application/json',
                  JSON.stringify(
                    { manifest: result?.manifest, summary: summarizeSimilarity(samples) },
                    null,
                    2,
                  ),
                )
              }
            >
              Summary
            </button>
            <button
              type="button"
              disabled={none}
              onClick={() =>
                saveText(`${name}.records.jsonl`, 'application/jsonl', formatSimilarities(samples))
              }
            >
              Records
            </button>
            <button
              type="button"
              disabled={none}
              onClick={() =>
                saveText(
                  `${name}.reference.jsonl`,
                  'application/jsonl',
                  formatReferenceSimilarities(samples),
                )
              }
            >
              Reference JSONL
            </button>
          </div>
        </FigureMenu>
      </div>
      <DiagnosisControls
        kind="similarity"
        bench="the bench’s target"
        request={(scope) => ({ kind: 'similarity', scope })}
      />
      <p className="hint" data-testid="similarity-source">
        {result === undefined
          ? 'No result yet. Run it: the target is put alone into each of the nine cells.'
          : describeDiagnosis(result, diagnosis, loaded)}
      </p>
      <div className="maps" data-testid="similarity-maps">
        {maps.map((map) => (
          <BiasMap key={map.title} map={map} />
        ))}
      </div>
      <SimilarityTable summary={summary} grows={grows} />
      <p className="hint">Every position scheme gives the same numbers.</p>
      <details className="meanings">
        <summary>What this means</summary>
        <p className="hint">
          The target stands alone on white in each cell in turn. Its projected image tokens and the
          input embeddings of its caption are pooled channel by channel, and their cosine is taken.
          The first map is the published number. A maximum over the whole picture is nearly flat by
          construction, so read it beside the last map, which pools the tokens of the target’s cell
          alone. Neither positions nor the language model’s layers have a part in any of them.
        </p>
      </details>
    </div>
  );
}

const NONE: readonly never[] = [];
