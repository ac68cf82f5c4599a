import { useEffect, useId, useRef, useState } from 'react';
import { fits, type CatalogueFormat, type MachineLimits } from '../../protocol/catalogue.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import type { ModelChoice, PickedModel } from '../store/model-actions.ts';
import { isActive } from '../store/state.ts';
import { CATALOGUE } from './catalogue.ts';
import { FolderField } from './folder-field.tsx';
import { KeptModels } from './kept-models.tsx';
import { FOLDER, formatOf, ModelRows } from './model-rows.tsx';
import './models.css';

/** What matrices are stored as, in words. Smaller ones answer a little differently. */
const FORMAT_WORDS: readonly (readonly [CatalogueFormat, string])[] = [
  ['q4', 'q4 (4 bits, the picture encoder 8)'],
  ['q8', 'q8 (8 bits)'],
  ['fp16', 'fp16 (16-bit floats)'],
];

/** Until the worker has told what the machine holds. */
const NOTHING_KNOWN: MachineLimits = {};

/** Chooses the model: a kept one, a known one from the hub, or a folder. Esc closes it. */
export function ModelDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const actions = useActions();
  const machine = useWorkbench((state) => state.machine);
  const failure = useWorkbench((state) => state.machineFailure);
  const running = useWorkbench((state) => isActive(state.probe));
  const [chosen, setChosen] = useState(CATALOGUE[0]!.id);
  const [format, setFormat] = useState<CatalogueFormat>('q4');
  const [token, setToken] = useState('');
  const [picked, setPicked] = useState<PickedModel>();
  const hint = useId();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => void actions.refreshMachine(), [actions]);

  const limits = machine?.limits ?? NOTHING_KNOWN;
  const choice = choiceOf();

  function choiceOf(): ModelChoice | undefined {
    if (chosen === FOLDER) return picked && { kind: 'folder', picked, format };
    const model = CATALOGUE.find(({ id }) => id === chosen)!;
    const wanted = formatOf(model, format);
    if (!fits(model, wanted, limits).fits) return undefined;
    return { kind: 'catalogue', model, format: wanted, token };
  }

  function load(what: ModelChoice): void {
    actions.chooseModel(what);
    dialog.current?.close();
  }

  const fromHub = choice?.kind === 'catalogue' && choice.model.path === null;
  return (
    <dialog
      ref={dialog}
      className="dialog model-dialog"
      onClose={onClose}
      aria-labelledby="model-title"
    >
      <h2 id="model-title">Choose a model</h2>
      {running && (
        <p className="model-why">
          A probe runs. Cancel it, or let it end, before the model changes.
        </p>
      )}
      {failure !== undefined && (
        <p className="model-why" role="alert">
          {failure}
        </p>
      )}
      <KeptModels onLoad={(kept) => !running && load({ kind: 'kept', kept })} />
      <h3>Models</h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (choice !== undefined) load(choice);
        }}
      >
        <label className="model-format">
          Weights as{' '}
          <select
            value={format}
            onChange={({ target }) => setFormat(target.value as CatalogueFormat)}
          >
            {FORMAT_WORDS.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <p className="hint">
          {limits.memory === undefined
            ? 'WebGPU does not tell how much memory the graphics card has: compare its own with what each model needs, an estimate for one picture and its question.'
            : 'Without WebGPU a model and a question have to fit into the 4.3 GB of WebAssembly.'}
        </p>
        <ModelRows limits={limits} format={format} chosen={chosen} onChoose={setChosen} />
        <div className="model-choice">
          {chosen === FOLDER && <FolderField picked={picked} onPick={setPicked} />}
          {fromHub && (
            <div className="model-token">
              <label>
                Access token{' '}
                <input
                  type="password"
                  value={token}
                  autoComplete="off"
                  spellCheck={false}
                  aria-describedby={hint}
                  onChange={({ target }) => setToken(target.value)}
                />
              </label>
              <p id={hint} className="hint">
                For gated models alone. It stays in this page&rsquo;s memory, goes to the hub and
                nowhere else, and is gone with the page.
              </p>
            </div>
          )}
          <div className="model-buttons">
            <button type="submit" className="primary" disabled={choice === undefined || running}>
              Load
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </div>
      </form>
    </dialog>
  );
}
