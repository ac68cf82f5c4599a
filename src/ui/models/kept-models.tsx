import { useState } from 'react';
import { gigabytes } from '../../protocol/catalogue.ts';
import type { KeptModel } from '../../protocol/workbench.ts';
import { useActions, useWorkbench } from '../store/context.tsx';

/** Converted models that the browser keeps, with their sizes: load one, or remove it. */
export function KeptModels({ onLoad }: { onLoad: (kept: KeptModel) => void }) {
  const machine = useWorkbench((state) => state.machine);
  if (machine === undefined) return null;
  const { kept, freeBytes, storageProblem } = machine;
  return (
    <section aria-labelledby="kept-title">
      <h3 id="kept-title">Kept in this browser</h3>
      {storageProblem !== undefined && <p className="model-why">{storageProblem}</p>}
      {kept.length === 0 && storageProblem === undefined && (
        <p className="hint">
          Converted models are kept here, so that they load without a download.
        </p>
      )}
      <ul className="kept">
        {kept.map((model) => (
          <KeptRow key={model.entry} model={model} onLoad={onLoad} />
        ))}
      </ul>
      {freeBytes !== undefined && (
        <p className="hint">
          {gigabytes(freeBytes)} more can be kept, by the browser&rsquo;s count.
        </p>
      )}
    </section>
  );
}

interface KeptRowProps {
  model: KeptModel;
  onLoad: (kept: KeptModel) => void;
}

function KeptRow({ model, onLoad }: KeptRowProps) {
  const { entry, repository, format, bytes, problem } = model;
  const actions = useActions();
  const [asked, setAsked] = useState(false);
  return (
    <li data-testid="kept-model">
      <span className="kept-name">
        {repository}
        {problem === undefined ? (
          <span className="hint">
            {' '}
            {format} · {gigabytes(bytes)}
          </span>
        ) : (
          <span className="model-why">{problem}</span>
        )}
      </span>
      {problem === undefined && (
        <button type="button" aria-label={`Load ${repository}`} onClick={() => onLoad(model)}>
          Load
        </button>
      )}
      <button
        type="button"
        className="quiet"
        aria-label={`${asked ? 'Really remove' : 'Remove'} ${repository}`}
        onBlur={() => setAsked(false)}
        onClick={() => (asked ? void actions.removeKept(entry) : setAsked(true))}
      >
        {asked ? 'Really remove' : 'Remove'}
      </button>
    </li>
  );
}
