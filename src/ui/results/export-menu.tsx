import { useEffect, useRef, useState } from 'react';
import { recordsToCsv } from '../../results/csv.ts';
import { formatRecord, formatReference } from '../../results/jsonl.ts';
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';
import { summarize } from '../../results/summary.ts';
import { pngOfSvg, saveFile } from './save-file.ts';
import { figureSvg, schemeLabels, type FigureName, type MapTriple } from './figure-data.ts';

interface ExportMenuProps {
  maps: MapTriple;
  records: readonly ProbeRecord[];
  manifest: RunManifest | undefined;
}

/** Everything the panel shows as files: figures for papers, data for scripts. */
export function ExportMenu({ maps, records, manifest }: ExportMenuProps) {
  const [figure, setFigure] = useState<FigureName>('all');
  const [scale, setScale] = useState(2);
  const [failure, setFailure] = useState<string>();
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: PointerEvent) => {
      const inside = event.target instanceof Node && menu.current?.contains(event.target);
      if (menu.current?.open && !inside) menu.current.open = false;
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, []);
  const name = `probe-${manifest?.model.name ?? 'run'}`;
  const figureNames: Record<FigureName, string> = {
    all: 'all maps',
    first: maps.first.name ?? maps.first.title,
    second: maps.second?.name ?? '',
    difference: 'difference',
  };
  const figureFile = `${name}-${figureNames[figure].replace(/\s+/g, '-')}`;

  async function savePng(): Promise<void> {
    try {
      setFailure(undefined);
      saveFile(`${figureFile}.png`, await pngOfSvg(figureSvg(maps, figure), scale));
    } catch (error) {
      setFailure((error as Error).message);
    }
  }

  const text = (file: string, type: string, content: string) =>
    saveFile(file, new Blob([content], { type: `${type};charset=utf-8` }));

  return (
    <details
      ref={menu}
      className="menu"
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) {
          currentTarget.open = false;
        }
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.stopPropagation();
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary>Export</summary>
      <div className="menu-body">
        <label>
          Figure{' '}
          <select value={figure} onChange={(event) => setFigure(event.target.value as FigureName)}>
            {Object.entries(figureNames).map(
              ([value, label]) =>
                label !== '' && (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ),
            )}
          </select>
        </label>
        <div className="menu-row">
          <button
            type="button"
            onClick={() => text(`${figureFile}.svg`, 'image/svg+xml', figureSvg(maps, figure))}
          >
            SVG
          </button>
          <button type="button" onClick={() => void savePng()}>
            PNG
          </button>
          <select
            value={scale}
            aria-label="Scale of the PNG"
            onChange={(event) => setScale(Number(event.target.value))}
          >
            {[1, 2, 4].map((factor) => (
              <option key={factor} value={factor}>
                {factor}×
              </option>
            ))}
          </select>
        </div>
        <div className="menu-row">
          <button
            type="button"
            disabled={records.length === 0}
            onClick={() => text(`${name}.csv`, 'text/csv', recordsToCsv(records))}
          >
            CSV
          </button>
          <button
            type="button"
            disabled={records.length === 0}
            onClick={() =>
              text(
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
            disabled={records.length === 0}
            onClick={() =>
              text(`${name}.records.jsonl`, 'application/jsonl', records.map(formatRecord).join(''))
            }
          >
            Records
          </button>
        </div>
        <div className="menu-row">
          <span>
            Reference JSONL{records.length === 0 && <span className="hint"> (no records yet)</span>}
          </span>
          {schemeLabels(records).flatMap((label) =>
            // The published probe's lines carry no polarity: each has a file of its own.
            (['positive', 'negative'] as const).map((polarity) => {
              const which = polarity === 'positive' ? label : `${label}, negatives`;
              return (
                <button
                  key={which}
                  type="button"
                  onClick={() =>
                    text(
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
        {failure !== undefined && <p role="alert">{failure}</p>}
      </div>
    </details>
  );
}
