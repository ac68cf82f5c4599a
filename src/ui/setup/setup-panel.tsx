import { describePlace } from '../header/header.tsx';
import { byteCount } from '../format.ts';
import { LoadState } from './load-state.tsx';
import { PromptView } from './prompt-view.tsx';
import { StrengthControl } from './strength-control.tsx';
import { useWorkbench } from '../store/context.tsx';
import './setup.css';

/** onnxruntime's builds, in the words of what they need. */
const BUILDS: Readonly<Record<string, string>> = {
  jspi: 'GPU, with JSPI',
  asyncify: 'GPU, without JSPI',
  wasm: 'CPU',
};

/** What runs on what: model, data set, exact prompt, position scheme. */
export function SetupPanel({ onModels }: { onModels: () => void }) {
  const model = useWorkbench((state) => state.model);
  const dataset = useWorkbench((state) => state.dataset);
  const own = useWorkbench((state) => state.ownPictures.length);
  const { description } = model;
  return (
    <section className="panel setup" aria-label="Setup">
      <div className="panel-title">
        <h2>Setup</h2>
      </div>
      <dl className="facts">
        <dt>Model</dt>
        <dd className="model-row" data-testid="model-name">
          {model.name ?? '…'}
          {model.progress !== undefined && ` · ${byteCount(model.progress.bytes)}`}
          <button type="button" disabled={model.broken} onClick={onModels}>
            Choose …
          </button>
        </dd>
        {description !== undefined && (
          <>
            <dt className="narrow">Runs on</dt>
            <dd className="narrow">{describePlace(description)}</dd>
            <dt>Runtime</dt>
            <dd title="The library that computes, its version, and which of its builds this browser can use">
              {Object.entries(description.versions)
                .map(([name, version]) => `${name} ${version}`)
                .join(', ')}{' '}
              ({BUILDS[description.build] ?? description.build})
            </dd>
            <dt>Weights</dt>
            <dd>
              <code title={`SHA-256 ${description.weightHash}`}>
                {description.weightHash.slice(0, 12)}
              </code>
            </dd>
          </>
        )}
        <dt>Data set</dt>
        <dd>
          {dataset === undefined ? '…' : `${dataset.name} · ${dataset.items.length} pictures`}
          {own > 0 && ` + ${own} own`}
        </dd>
      </dl>
      <LoadState onModels={onModels} />
      <StrengthControl />
      <PromptView />
    </section>
  );
}
