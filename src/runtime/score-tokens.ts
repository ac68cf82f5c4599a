import type { Tensor } from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import { inRuns, largestTensorBytes, rowsPerRun } from './batch-limit.ts';
import { padSequences, type Sequence } from './batch.ts';
import type { EngineInfo } from './engine.ts';
import { rowsOf } from './generate.ts';
import type { LanguageModel } from './language-model.ts';
import { requireNumbers } from './yes-no.ts';

/** A prompt and what was answered to it. */
export interface AnsweredSequence {
  /** The prompt alone. */
  readonly prompt: Sequence;
  /** At least one. */
  readonly tokenIds: readonly number[];
}

interface Scoring {
  readonly backend: Backend;
  readonly language: Pick<LanguageModel, 'prefill'>;
  readonly info: Pick<EngineInfo, 'spec' | 'compute'>;
}

/**
 * The raw logit of every token of given answers, each after the prompt and the answer's tokens before
 * it: no temperature, no penalty, no choice. One prefill for all prompts, or as few as memory allows,
 * over stacked image features f32 `[t, hidden]`.
 * @returns for each answer f32 `[tokenIds.length]`
 */
export async function scoreRows(
  scoring: Scoring,
  answered: readonly AnsweredSequence[],
  features: Tensor,
): Promise<Float32Array[]> {
  if (answered.some(({ tokenIds }) => tokenIds.length === 0))
    throw new Error('An answer to be scored must have at least one token, but one has none.');
  const { backend, info } = scoring;
  const { decoder } = info.spec;
  const steps = Math.max(...answered.map(({ tokenIds }) => tokenIds.length));
  const longest = Math.max(...answered.map(({ prompt }) => prompt.ids.length)) + steps - 1;
  const size = rowsPerRun(
    { ...decoder, vocabSize: decoder.vocabSize * steps },
    longest,
    largestTensorBytes(backend),
  );
  const scores: Float32Array[] = [];
  for (const run of inRuns(answered, size))
    scores.push(...(await scoreRun(scoring, run, features)));
  return scores;
}

async function scoreRun(
  { language, info }: Scoring,
  answered: readonly AnsweredSequence[],
  features: Tensor,
): Promise<Float32Array[]> {
  const steps = Math.max(...answered.map(({ tokenIds }) => tokenIds.length));
  const sequences = answered.map(({ prompt, tokenIds }) => ({
    ...prompt,
    // The last token is scored and not read.
    ids: [...Array.from(prompt.ids), ...tokenIds.slice(0, -1)],
  }));
  // Every row of a run keeps as many logits; a shorter answer's last are asked for again.
  const kept = answered.map(({ prompt, tokenIds }) =>
    Array.from(
      { length: steps },
      (_, step) => prompt.ids.length - 1 + Math.min(step, tokenIds.length - 1),
    ),
  );
  const logits = await language.prefill(padSequences(sequences), features, kept);
  const rows = rowsOf(logits, answered.length);
  return answered.map(({ tokenIds }, row) => {
    const vocab = rows[row]!.length / steps;
    const scores = Float32Array.from(tokenIds, (id, step) => rows[row]![step * vocab + id]!);
    requireNumbers(scores, info.compute);
    return scores;
  });
}
