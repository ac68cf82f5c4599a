import { useDeferredValue, useMemo, useState } from 'react';
import { flowFigureData } from '../../report/flow-figures.ts';
import type { FlowResult } from '../../results/flow-maps.ts';
import { flowsToCsv, formatFlows } from '../../results/flow-records.ts';
import { summarizeFlow } from '../../results/flow-summary.ts';
import { byteCount } from '../format.ts';
import { mapPicture } from '../pictures/picture-uri.ts';
import { useActions, useLibrary, useWorkbench } from '../store/context.tsx';
import { benchPictures } from '../store/state.ts';
import { useComparedSchemes } from './compared-schemes.ts';
import { DiagnosisControls } from './diagnosis-controls.tsx';
import { describeDiagnosis } from './diagnosis-line.ts';
import { diagnosisSource } from './diagnosis-source.ts';
import { FigureMenu, SaveButtons } from './figure-menu.tsx';
import { savedFlowFigures } from './flow-figures.ts';
import { FlowMapsView, ProfileView, SharesView, StripsView } from './flow-views.tsx';
import { NumbersTable } from './numbers-table.tsx';
import './diagnoses.css';

/** How the text behind the picture attends to its tokens, under two schemes. */
export function FlowTab() {
  const result = useDeferredValue(useWorkbench((state) => state.diagnosisResults.flow));
  const diagnosis = useWorkbench((state) => state.diagnosis);
  const model = useWorkbench((state) => state.model.description);
  const heads = useWorkbench((state) => state.flowHeads);
  const schemes = useComparedSchemes();
  const library = useLibrary();
  const [normalised, setNormalised] = useState(false);
  const records = result?.samples ?? NONE;
  const whole = useMemo(
    () => (records.length === 0 ? undefined : summarizeFlow(records)),
    [records],
  );
  const data = useMemo(
    () => whole && flowFigureData(whole, diagnosisSource(result)),
    [whole, result],
  );
  const bench = result?.scope === 'bench' ? result.bench : undefined;
  const ids = bench && benchPictures(bench);
  const picture = bench && {
    target: bench.cell,
    picture: async () => mapPicture(await library.grid(benchPictures(bench))),
  };
  const figures = data ? savedFlowFigures(data, picture) : [];
  const name = `flow-${result?.manifest?.model.name ?? 'run'}`;
  return (
    <div className="result" data-scope={result?.scope}>
      <div className="panel-title">
        <h2>Attention to the picture</h2>
        <select
          value={normalised ? 'normalised' : 'percent'}
          aria-label="Numbers of the maps"
          onChange={(event) => setNormalised(event.target.value === 'normalised')}
        >
          <option value="percent">attention in %</option>
          <option value="normalised">least (0) to most (1), as published</option>
        </select>
        <FigureMenu name={name} figures={figures}>
          <SaveButtons
            files={[
              ['CSV', `${name}.csv`, 'text/csv', () => flowsToCsv(records)],
              ['Records', `${name}.records.jsonl`, 'application/jsonl', () => formatFlows(records)],
              [
                'Maps',
                `${name}.json`,
                'application/json',
                () => JSON.stringify({ manifest: result?.manifest, ...whole }),
              ],
            ]}
            disabled={records.length === 0}
          />
        </FigureMenu>
      </div>
      <DiagnosisControls
        kind="flow"
        bench="the bench’s picture"
        request={(scope) => ({ kind: 'flow', scope, schemes, heads })}
        problem={model?.compute === 'float16' ? <Float16Problem /> : undefined}
      >
        <HeadsField layers={model?.layers} />
      </DiagnosisControls>
      <p className="hint" data-testid="flow-source">
        {result === undefined
          ? 'No result yet. Run it: the question is read, and how its text attends to the picture is kept.'
          : describeDiagnosis(result, diagnosis, model?.weightHash)}
      </p>
      <p className="caution">
        An attention map is no evidence that an answer is right, nor that what is attended to
        decided it.
      </p>
      {data && whole && (
        <>
          <FlowMapsView
            data={data}
            normalised={normalised}
            picture={ids && { ids }}
            target={bench?.cell}
          />
          <p className="hint">
            {normalised
              ? 'Attention from the least (0) to the most (1) of each map.'
              : 'Attention of a text token to an image token, in %, the mean over layers, heads and text tokens.'}{' '}
            {meanOf(whole)}
          </p>
          <SharesView data={data} />
          <h3>By layer{data.views.length > 1 ? ', base view' : ''}</h3>
          <StripsView data={data} of="layers" />
          {data.schemes[0]?.heads && (
            <>
              <h3>Heads of layer {data.schemes[0].heads.layer}</h3>
              <StripsView data={data} of="heads" />
            </>
          )}
          <h3>By distance</h3>
          <ProfileView data={data} />
          <NumbersTable figures={figures} />
        </>
      )}
      <details className="meanings">
        <summary>What this means</summary>
        <p className="hint">
          While the model reads its prompt, every text token behind the picture (but the last)
          spreads an attention of 100 % over all tokens before it, in every layer and head. Shown is
          how much of it each image token gets. Attention says where a layer read from; what it read
          may not matter for the answer, and what matters may have been passed on by other tokens
          before. So a map like this can suggest where to look for a cause, and prove none. To see
          what changes the answer, cover parts of the picture: the Perception tab does that.
          {whole && ` ${heldText(whole)}`}
        </p>
      </details>
    </div>
  );
}

const NONE: readonly never[] = [];

function HeadsField({ layers }: { layers: number | undefined }) {
  const heads = useWorkbench((state) => state.flowHeads);
  const actions = useActions();
  return (
    <label>
      <span aria-hidden="true">Heads </span>
      <select
        aria-label="Heads"
        value={heads ?? ''}
        onChange={({ target: { value } }) =>
          actions.setFlowHeads(value === '' ? undefined : Number(value))
        }
      >
        <option value="">as a mean</option>
        {Array.from({ length: layers ?? 0 }, (_, layer) => (
          <option key={layer} value={layer}>
            of layer {layer}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Taps are there in float32 alone: see runtime/decoder-sessions.ts. */
function Float16Problem() {
  const address = new URL(location.href);
  address.searchParams.set('compute', 'float32');
  return (
    <>
      The model computes in half floats (float16), and its graphs give no queries and keys to read
      attention from then. <a href={address.href}>Open the page in float32</a> (
      <code>?compute=float32</code>) to read its attention; the same files serve.
    </>
  );
}

function meanOf({ schemes }: FlowResult): string {
  const samples = schemes[0]?.samples ?? 0;
  return samples === 1 ? 'One picture.' : `Mean of ${samples} pictures.`;
}

function heldText({ bytes }: FlowResult): string {
  return `Held for it at most ${byteCount(bytes.held)}; all attention matrices would have taken ${byteCount(bytes.matrices)}.`;
}
