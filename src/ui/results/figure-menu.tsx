import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { FigureNumbers } from '../../figures/heatmap-numbers.ts';
import { tableToCsv } from '../../results/csv.ts';
import { ReportRow } from './report-row.tsx';
import { pngOfSvg, saveFile, saveText } from './save-file.ts';

/** A figure that can be saved. Nothing is drawn before it is. */
export interface SavedFigure {
  /** As a person chooses it. */
  readonly label: string;
  /** An SVG document on white paper; later where its picture has to be fetched first. */
  svg(): string | Promise<string>;
  /** What it shows, as a table. */
  numbers(): FigureNumbers;
}

interface FigureMenuProps {
  /** What every file's name begins with. */
  name: string;
  /** The first is chosen to begin with. */
  figures: readonly SavedFigure[];
  /** What the menu is called; Export where absent. */
  label?: string;
  /** Rows of what else can be saved. */
  children?: ReactNode;
}

interface SaveButtonsProps {
  /** Button, file name, media type and content of each file. */
  files: readonly (readonly [label: string, name: string, type: string, text: () => string])[];
  disabled: boolean;
}

/** A row of the menu: data as files. */
export function SaveButtons({ files, disabled }: SaveButtonsProps) {
  return (
    <div className="menu-row">
      {files.map(([label, name, type, text]) => (
        <button
          key={label}
          type="button"
          disabled={disabled}
          onClick={() => saveText(name, type, text())}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

const PNG_SCALES = [1, 2, 3, 4];

/** The Export menu of a tab: its figures as SVG, PNG and numbers, and below what the tab adds. */
export function FigureMenu({ name, figures, label = 'Export', children }: FigureMenuProps) {
  const [chosen, setChosen] = useState<string>();
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
  const figure = figures.find(({ label }) => label === chosen) ?? figures[0];
  const file = `${name}-${figure?.label.replace(/[^\p{L}\p{N}.]+/gu, '-')}`;

  async function saveFigure(save: (svg: string) => Promise<void> | void): Promise<void> {
    try {
      setFailure(undefined);
      await save(await figure!.svg());
    } catch (error) {
      setFailure((error as Error).message);
    }
  }

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
      <summary>{label}</summary>
      <div className="menu-body">
        {figure !== undefined && (
          <>
            <label>
              Figure{' '}
              <select value={figure.label} onChange={(event) => setChosen(event.target.value)}>
                {figures.map(({ label }) => (
                  <option key={label}>{label}</option>
                ))}
              </select>
            </label>
            <div className="menu-row">
              <button
                type="button"
                onClick={() =>
                  void saveFigure((svg) => saveText(`${file}.svg`, 'image/svg+xml', svg))
                }
              >
                SVG
              </button>
              <button
                type="button"
                onClick={() =>
                  void saveFigure(async (svg) =>
                    saveFile(`${file}.png`, await pngOfSvg(svg, scale)),
                  )
                }
              >
                PNG
              </button>
              <select
                value={scale}
                aria-label="Scale of the PNG"
                onChange={(event) => setScale(Number(event.target.value))}
              >
                {PNG_SCALES.map((factor) => (
                  <option key={factor} value={factor}>
                    {factor}×
                  </option>
                ))}
              </select>
              <button
                type="button"
                title="The numbers behind the figure, as CSV"
                onClick={() => saveText(`${file}.csv`, 'text/csv', tableToCsv(figure.numbers()))}
              >
                Numbers
              </button>
            </div>
          </>
        )}
        {children}
        <ReportRow />
        {failure !== undefined && <p role="alert">{failure}</p>}
      </div>
    </details>
  );
}
