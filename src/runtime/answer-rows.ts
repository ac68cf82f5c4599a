import type { Tensor } from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import { inRuns, largestTensorBytes, rowsPerRun } from './batch-limit.ts';
import { padSequences, type Sequence } from './batch.ts';
import type { Answer, EngineInfo } from './engine.ts';
import { argmax, decodeGreedily, rowsOf } from './generate.ts';
import type { LanguageModel } from './language-model.ts';
import type { PromptTokenizer } from './tokenizer.ts';
import { yesNo } from './yes-no.ts';

/** What answers are made with. */
export interface Answering {
  readonly backend: Backend;
  readonly language: LanguageModel;
  readonly info: EngineInfo;
  readonly tokenizer: PromptTokenizer;
}

/**
 * Answers of prompts over stacked image features, f32 `[t, hidden]`, in their order: one prefill for all
 * of them, or as few as memory allows. Rows whose first token is neither Yes nor No (with `decodeAll`:
 * all rows) are decoded on from that prefill, up to `maxNewTokens` tokens.
 */
export async function answerRows(
  answering: Answering,
  sequences: readonly Sequence[],
  features: Tensor,
  maxNewTokens: number,
  decodeAll = false,
): Promise<Answer[]> {
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    throw new Error(
      `The number of new tokens must be a whole number of at least 1, but it is ${maxNewTokens}.`,
    );
  const { backend, info } = answering;
  const longest = Math.max(...sequences.map(({ ids }) => ids.length));
  const tokens = longest + maxNewTokens - 1;
  const size = rowsPerRun(info.spec.decoder, tokens, largestTensorBytes(backend));
  const answers: Answer[] = [];
  for (const run of inRuns(sequences, size))
    answers.push(...(await answerRun(answering, run, features, maxNewTokens, decodeAll)));
  return answers;
}

async function answerRun(
  { language, info, tokenizer }: Answering,
  sequences: readonly Sequence[],
  features: Tensor,
  maxNewTokens: number,
  decodeAll: boolean,
): Promise<Answer[]> {
  const batch = padSequences(sequences);
  // The last new token is chosen and not fed.
  const { logits, state } = await language.begin(batch, features, maxNewTokens - 1);
  try {
    const rows = rowsOf(logits, batch.rows);
    const answers = rows.map((row) => firstAnswer(row, info, tokenizer));
    const open = answers.flatMap(({ decoded }, row) => (decoded || decodeAll ? [row] : []));
    if (open.length === 0) return answers;
    state.narrow(open);
    const first = open.map((row) => rows[row]!);
    const stops = info.spec.eosTokenIds;
    const tokenIds = await decodeGreedily(language, state, first, maxNewTokens, stops);
    open.forEach((row, i) => {
      const ids = tokenIds[i]!;
      answers[row] = { ...answers[row]!, tokenIds: ids, output: tokenizer.decode(ids) };
    });
    return answers;
  } finally {
    state.dispose();
  }
}

/** The answer as far as the first step's logits tell it. */
function firstAnswer(logits: Float32Array, info: EngineInfo, tokenizer: PromptTokenizer): Answer {
  const first = argmax(logits);
  const scores = yesNo(logits, info);
  const decoded = ![...info.yesTokenIds, ...info.noTokenIds].includes(first);
  return { ...scores, output: tokenizer.decode([first]), tokenIds: [first], decoded };
}
