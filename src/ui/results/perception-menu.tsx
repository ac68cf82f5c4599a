import { tileNumbers } from '../../figures/image-map.ts';
import { attentionMapPath, formatAttentionMap } from '../../results/attention-map.ts';
import { tableToCsv } from '../../results/csv.ts';
import type { RunManifest } from '../../results/manifest.ts';
import {
  formatPerceptionRecord,
  mapOf,
  type PerceptionRecord,
} from '../../results/perception-records.ts';
import type { PerceptionSummary } from '../../results/perception-summary.ts';
import { CELLS } from '../../results/records.ts';
import { packRun } from '../../results/run-archive.ts';
import { FigureMenu, SaveButtons, type SavedFigure } from './figure-menu.tsx';
import { ImportMaps } from './import-maps.tsx';
import { saveFile } from './save-file.ts';

interface PerceptionMenuProps {
  records: readonly PerceptionRecord[];
  manifest: RunManifest | undefined;
  summary: PerceptionSummary;
  figures: readonly SavedFigure[];
}

/** Everything that the tab shows as files, and maps of others as the tab shows them. */
export function PerceptionMenu({ records, manifest, summary, figures }: PerceptionMenuProps) {
  const name = `perception-${manifest?.model.name ?? 'run'}`;
  const none = records.length === 0;
  return (
    <FigureMenu name={name} figures={figures} label="Export, import">
      <SaveButtons
        disabled={none}
        files={[
          ['CSV', `${name}.csv`, 'text/csv', () => tableToCsv(tileNumbers(namedMaps(records)))],
          [
            'Summary',
            `${name}.summary.json`,
            'application/json',
            () => JSON.stringify({ manifest, summary }, null, 2),
          ],
          [
            'Records',
            `${name}.records.jsonl`,
            'application/jsonl',
            () => records.map(formatPerceptionRecord).join(''),
          ],
        ]}
      />
      <div className="menu-row">
        <button
          type="button"
          disabled={none}
          title="A folder for each scheme and way of covering, in the published code’s form"
          onClick={() =>
            saveFile(
              `${name}.attention-maps.zip`,
              new Blob([packRun(referenceFiles(records))], { type: 'application/zip' }),
            )
          }
        >
          Reference maps (ZIP)
        </button>
      </div>
      <ImportMaps />
    </FigureMenu>
  );
}

function namedMaps(records: readonly PerceptionRecord[]) {
  return records.flatMap((record) => {
    const map = mapOf(record);
    return map ? [{ name: record.key, map }] : [];
  });
}

/** As the command line writes them. */
function referenceFiles(records: readonly PerceptionRecord[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const record of records) {
    const map = mapOf(record);
    if (!map) continue;
    const { scheme, mode, group, cell } = record;
    const path = attentionMapPath({ id: String(group), cell: CELLS.indexOf(cell) });
    files.set(`attention-maps-${scheme}-${mode}/${path}`, formatAttentionMap(map));
  }
  return files;
}
