import { useDeferredValue, useMemo, useState } from 'react';
import { modeFigures } from '../../report/perception-figures.ts';
import type { PerceptionMode, PerceptionRecord } from '../../results/perception-records.ts';
import { summarizePerception } from '../../results/perception-summary.ts';
import { mapPicture } from '../pictures/picture-uri.ts';
import { useActions, useLibrary, useWorkbench } from '../store/context.tsx';
import { cellName, isActive, type DiagnosisResult, type ImportedMaps } from '../store/state.ts';
import { useComparedSchemes } from './compared-schemes.ts';
import { CoverFields, MODE_WORDS } from './cover-fields.tsx';
import { DiagnosisControls } from './diagnosis-controls.tsx';
import { describeDiagnosis } from './diagnosis-line.ts';
import { diagnosisSource } from './diagnosis-source.ts';
import { NumbersTable } from './numbers-table.tsx';
import { savedModeFigures, savedPictureMaps } from './perception-figures.ts';
import { PerceptionMenu } from './perception-menu.tsx';
import { PerceptionTable } from './perception-table.tsx';
import { MeanMapsView, OnePicture } from './perception-views.tsx';
import './diagnoses.css';

/** Enough for two digits of an interval, and quick enough for a page. */
const PAGE_RESAMPLES = { resamples: 2000 };

const NONE: readonly never[] = [];

/** What changes the answer when it is covered: over the picture, or the mean of many by the target's cell. */
export function PerceptionTab() {
  const result = useDeferredValue(useWorkbench((state) => state.diagnosisResults.perception));
  const imported = useDeferredValue(useWorkbench((state) => state.importedMaps));
  const cover = useWorkbench((state) => state.cover);
  const schemes = useComparedSchemes();
  const library = useLibrary();
  const [chosenMode, setMode] = useState<PerceptionMode>();
  const [chosenPicture, setPicture] = useState<number>();
  const records = imported ? NONE : (result?.samples ?? NONE);
  const values = imported?.maps ?? records;
  const summary = useMemo(() => summarizePerception(values, PAGE_RESAMPLES), [values]);
  const modes = [...new Set(summary.conditions.map(({ mode }) => mode))];
  const mode = modes.find((one) => one === chosenMode) ?? modes[0];
  const source = imported ? { dataset: imported.name } : diagnosisSource(result);
  const figures = mode && modeFigures(summary, mode, source);
  const own = records.filter((record) => record.mode === mode);
  const one = !imported && result?.scope === 'bench' ? own[0]?.index : chosenPicture;
  const picture = own.filter(({ index }) => index === one);
  const cell = result?.manifest && result.manifest.imageSize.width / 3;
  const saved = [
    ...savedPictureMaps(picture, source, async () =>
      mapPicture(await library.grid(picture[0]!.pictures, cell)),
    ),
    ...(figures ? savedModeFigures(figures) : []),
  ];
  return (
    <div className="result" data-scope={imported ? 'imported' : result?.scope}>
      <div className="panel-title">
        <h2>What the answer hangs on</h2>
        <PerceptionMenu
          records={records}
          manifest={result?.manifest}
          summary={summary}
          figures={saved}
        />
      </div>
      <DiagnosisControls
        kind="perception"
        bench="the bench’s picture"
        request={(scope) => ({ kind: 'perception', scope, schemes, ...cover })}
      >
        <CoverFields />
      </DiagnosisControls>
      <SourceLine result={result} imported={imported} />
      <p className="caution">
        An occlusion map shows what the answer hangs on when parts of the picture are hidden. It is
        no attention map, and neither is evidence that an answer is right.
      </p>
      <div className="diagnosis-controls">
        {modes.length > 1 && <ModeChoice modes={modes} chosen={mode} onChoose={setMode} />}
        {!imported && result?.scope === 'groups' && own.length > 0 && (
          <PictureChoice records={own} chosen={one} onChoose={setPicture} />
        )}
      </div>
      {picture.length > 0 ? (
        <OnePicture records={picture} cell={cell} />
      ) : (
        figures && figures.means.length > 0 && <MeanMapsView {...figures} />
      )}
      {summary.conditions.length > 0 && <PerceptionTable summary={summary} />}
      <NumbersTable figures={saved} />
      <details className="meanings">
        <summary>What this means</summary>
        <p className="hint">
          One tile of the picture after the other is covered, and the model is asked again. The map
          holds how much the raw logits of its first answer change, the mean over the answer’s
          tokens. A covered tile makes a picture that the model was not trained on, so a change may
          come from the cover itself: compare colours and sizes of tiles. A model that looks at the
          target has most of the map in the target’s cell, wherever that is.
        </p>
      </details>
    </div>
  );
}

interface SourceLineProps {
  /** As the maps are: they come a moment after the store's. */
  result: DiagnosisResult<'perception'> | undefined;
  imported: ImportedMaps | undefined;
}

/** Where the maps come from. */
function SourceLine({ result, imported }: SourceLineProps) {
  const diagnosis = useWorkbench((state) => state.diagnosis);
  const loaded = useWorkbench((state) => state.model.description?.weightHash);
  const actions = useActions();
  if (imported)
    return (
      <div className="source">
        <p className="hint" data-testid="perception-source">
          Imported · {imported.name} · {imported.maps.length}{' '}
          {imported.maps.length === 1 ? 'map' : 'maps'}
        </p>
        <button type="button" className="quiet" onClick={actions.dropImportedMaps}>
          {result === undefined ? 'Put them away' : 'Show the last run'}
        </button>
      </div>
    );
  const waits =
    diagnosis.kind === 'perception' && isActive(diagnosis) && result?.run !== diagnosis.run;
  const words = waits
    ? 'A picture’s maps appear when all its tiles were covered.'
    : 'No result yet. Run it: tiles of the picture are covered one by one.';
  return (
    <p className="hint" data-testid="perception-source">
      {result === undefined
        ? words
        : `${describeDiagnosis(result, diagnosis, loaded)}${waits ? `. ${words}` : ''}`}
    </p>
  );
}

interface ModeChoiceProps {
  modes: readonly PerceptionMode[];
  chosen: PerceptionMode | undefined;
  onChoose: (mode: PerceptionMode) => void;
}

/** Whose maps are shown where several ways of covering ran. */
function ModeChoice({ modes, chosen, onChoose }: ModeChoiceProps) {
  return (
    <label>
      <span aria-hidden="true">Maps of </span>
      <select
        aria-label="Maps of which way of covering"
        value={chosen}
        onChange={({ target }) => onChoose(target.value as PerceptionMode)}
      >
        {modes.map((name) => (
          <option key={name} value={name}>
            {MODE_WORDS[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface PictureChoiceProps {
  records: readonly PerceptionRecord[];
  chosen: number | undefined;
  onChoose: (index: number | undefined) => void;
}

/** The means over all pictures, or one of them. */
function PictureChoice({ records, chosen, onChoose }: PictureChoiceProps) {
  const pictures = [...new Map(records.map((record) => [record.index, record])).values()];
  return (
    <label>
      <span aria-hidden="true">Shown </span>
      <select
        aria-label="Shown maps"
        value={chosen ?? ''}
        onChange={({ target: { value } }) => onChoose(value === '' ? undefined : Number(value))}
      >
        <option value="">means by cell</option>
        {pictures.map(({ index, caption, cell }) => (
          <option key={index} value={index}>
            {caption}, {cellName(cell)}
          </option>
        ))}
      </select>
    </label>
  );
}
