import type { ComputeType } from '../models/compute.ts';
import type { Answer, EngineInfo } from './engine.ts';

type YesNoIds = Pick<EngineInfo, 'yesTokenIds' | 'noTokenIds'>;
type YesNoModel = YesNoIds & Pick<EngineInfo, 'compute'>;

/** Throws a sentence where the vocabulary cannot say Yes or No in one token. */
export function requireYesNo({ yesTokenIds, noTokenIds }: YesNoIds): void {
  if (yesTokenIds.length === 0 || noTokenIds.length === 0)
    throw new Error(
      "The model's vocabulary has no single token for Yes, or none for No, so a Yes/No margin cannot be read from it.",
    );
}

/**
 * Best logit over the spellings of Yes, the same for No, and their difference; NaN without spellings.
 * Throws a sentence where the logits are no numbers.
 */
export function yesNo(
  logits: Float32Array,
  { yesTokenIds, noTokenIds, compute }: YesNoModel,
): Pick<Answer, 'margin' | 'yesLogit' | 'noLogit'> {
  const best = (ids: readonly number[]) =>
    ids.length === 0 ? NaN : Math.max(...ids.map((id) => logits[id]!));
  requireNumbers(logits, compute);
  const yesLogit = best(yesTokenIds);
  const noLogit = best(noTokenIds);
  return { margin: yesLogit - noLogit, yesLogit, noLogit };
}

/**
 * Throws a sentence where logits are no numbers: overflowed weights would else make records that no
 * reader takes back.
 */
export function requireNumbers(logits: Float32Array, compute: ComputeType): void {
  if (!Number.isFinite(logits[0]) || logits.some((value) => Number.isNaN(value)))
    throw new Error(
      `The model gave logits that are no finite numbers, so there is no answer. Its weights or the picture's values overflow in ${compute}, or its files are damaged.${compute === 'float16' ? ' Let it compute in float32 (--compute float32, in the page ?compute=float32).' : ''}`,
    );
}
