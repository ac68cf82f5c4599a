import {
  fits,
  gigabytes,
  sizeOn,
  type CatalogueFormat,
  type CatalogueModel,
  type MachineLimits,
} from '../../protocol/catalogue.ts';
import { CATALOGUE } from './catalogue.ts';

/** The row for a checkpoint of the person's own. */
export const FOLDER = 'folder';

/** The format that a model would have: one that comes with the page is not converted. */
export function formatOf(model: CatalogueModel, format: CatalogueFormat): CatalogueFormat {
  return model.path === null ? format : 'fp32';
}

interface ModelRowsProps {
  limits: MachineLimits;
  format: CatalogueFormat;
  chosen: string;
  onChoose: (id: string) => void;
}

/** One radio button for each known model, dead with its reason where the machine cannot hold it. */
export function ModelRows({ limits, format, chosen, onChoose }: ModelRowsProps) {
  return (
    <fieldset className="models" data-own-keys>
      <legend className="visually-hidden">Model</legend>
      {CATALOGUE.map((model) => {
        const fit = fits(model, formatOf(model, format), limits);
        return (
          <ModelRow
            key={model.id}
            id={model.id}
            name={model.name}
            facts={factsOf(model, formatOf(model, format), limits)}
            why={fit.fits ? undefined : fit.why}
            chosen={chosen}
            onChoose={onChoose}
          />
        );
      })}
      <ModelRow
        id={FOLDER}
        name="A checkpoint in a folder of mine"
        facts="Hugging Face files (config.json, safetensors, tokenizer.json) of any of these families; they stay on this machine"
        why={undefined}
        chosen={chosen}
        onChoose={onChoose}
      />
    </fieldset>
  );
}

interface ModelRowProps {
  id: string;
  name: string;
  facts: string;
  why: string | undefined;
  chosen: string;
  onChoose: (id: string) => void;
}

function ModelRow({ id, name, facts, why, chosen, onChoose }: ModelRowProps) {
  return (
    <div className="model" data-model={id} data-disabled={why !== undefined || undefined}>
      <input
        type="radio"
        name="model"
        id={`model-${id}`}
        checked={chosen === id}
        disabled={why !== undefined}
        aria-describedby={`model-${id}-facts`}
        onChange={() => onChoose(id)}
      />
      <label htmlFor={`model-${id}`}>{name}</label>
      <p id={`model-${id}-facts`} className="hint">
        {facts}
        {why !== undefined && (
          <span className="model-unfit">
            <b>Not here:</b> {why}
          </span>
        )}
      </p>
    </div>
  );
}

function factsOf(model: CatalogueModel, format: CatalogueFormat, limits: MachineLimits): string {
  const { checkpoint, licence, gated, path } = model;
  const size = sizeOn(model, format, limits);
  return [
    path === null ? `download ${gigabytes(checkpoint.bytes)}` : 'comes with the page',
    size && path === null && `kept ${gigabytes(size.bytes)}`,
    size && `needs ${gigabytes(size.gpuMemory)} of memory`,
    licence,
    gated && 'gated: a token is needed',
  ]
    .filter(Boolean)
    .join(' · ');
}
