import { LoadState } from './load-state.tsx';
import { PromptView } from './prompt-view.tsx';
import { StrengthControl } from './strength-control.tsx';
import { useWorkbench } from '../store/context.tsx';
import './setup.css';

/** What runs on what: model, data set, exact prompt, position scheme. */
export function SetupPanel() {
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
        <dd>
          emoji-llava
          {model.progress !== undefined && ` · ${(model.progress.bytes / 1e6).toFixed(1)} MB`}
        </dd>
        {description !== undefined && (
          <>
            <dt>Runs on</dt>
            <dd title={description.adapter}>
              {description.provider === 'webgpu' ? 'WebGPU' : 'WASM (CPU)'} · {description.build}{' '}
              build · {description.dtype}
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
      <LoadState />
      <StrengthControl />
      <PromptView />
    </section>
  );
}
