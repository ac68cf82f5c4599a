import { recordsToCsv } from '../../results/csv.ts';
import { formatRecord, formatReference } from '../../results/jsonl.ts';
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';
import { summarize } from '../../results/summary.ts';
import { savedFigures, schemeLabels, type MapTriple } from './figure-data.ts';
import { FigureMenu } from './figure-menu.tsx';
import { saveText } from './save-file.ts';

interface ExportMenuProps {
  maps: MapTriple;
  records: readonly ProbeRecord[];
  manifest: RunManifest | undefined;
}

/** Everything the probe's tab shows as files: figures for papers, data for scripts. */
export function ExportMenu({ maps, records, manifest }: ExportMenuProps) {
  const name = `probe-${manifest?.model.name ?? 'run'}`;
  const none = records.length === 0;
  return (
    <FigureMenu name={name} figures={savedFigures(maps)}>
      <div className="menu-row">
        <span>Answers</span>
        <button
          type="button"
          disabled={none}
          onClick={() => saveText(`${name}.csv`, 'text/csv', recordsToCsv(records))}
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
              JSON.stringify({ manifest, summary: summarize(records) }, null, 2),
            )
          }
        >
          Summary
        </button>
        <button
          type="button"
          disabled={none}
          onClick={() =>
            saveText(
              `${name}.records.jsonl`,
              'application/jsonl',
              records.map(formatRecord).join(''),
            )
          }
        >
          Records
        </button>
      </div>
      <div className="menu-row">
        <span>Reference JSONL{none && <span className="hint"> (no records yet)</span>}</span>
        {schemeLabels(records).flatMap((label) =>
          // The published probe's lines carry no polarity: each has a file of its own.
          (['positive', 'negative'] as const).map((polarity) => {
            const which = polarity === 'positive' ? label : `${label}, negatives`;
            return (
              <button
                key={which}
                type="button"
                onClick={() =>
                  saveText(
                    `${name}-${which.replace(', ', '-')}.reference.jsonl`,
                    'application/jsonl',
                    formatReference(
                      records.filter(
                        (record) => record.scheme === label && record.polarity === polarity,
                      ),
                    ),
                  )
                }
              >
                {which}
              </button>
            );
          }),
        )}
      </div>
    </FigureMenu>
  );
}
