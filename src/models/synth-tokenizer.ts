/** A tokenizer for random checkpoints: every byte a token, Yes and No whole, special tokens as published. */
import type { PublishedFacts } from './published.ts';

type Json = Record<string, unknown>;

/** The text of the example that `facts.json` shows the chat format with. */
const EXAMPLE_TEXT = 'Describe the image.';

const WORDS = ['Yes', 'No'];

/** `tokenizer.json`, `tokenizer_config.json` and `chat_template.jinja` by their names. */
export function synthTokenizer(facts: PublishedFacts, vocabSize: number): Map<string, string> {
  const specials = Object.values(facts.tokens);
  const bos = facts.tokens['bos']?.text ?? null;
  const config: Json = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: bos,
    eos_token: facts.tokens['endOfTurn']?.text ?? facts.tokens['eos']?.text ?? null,
  };
  const tokenizer: Json = {
    version: '1.0',
    added_tokens: specials.map(({ id, text }) => addedToken(id, text)),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false },
    post_processor: facts.chat.tokenizerAddsBos && bos !== null ? addsFirst(facts, bos) : null,
    decoder: { type: 'ByteLevel' },
    model: byteLevelModel(specials, vocabSize),
  };
  return new Map([
    ['tokenizer.json', `${JSON.stringify(tokenizer)}\n`],
    ['tokenizer_config.json', `${JSON.stringify(config, null, 2)}\n`],
    ['chat_template.jinja', chatTemplate(facts)],
  ]);
}

function addedToken(id: number, content: string): Json {
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return { id, content, ...plain, special: true };
}

function addsFirst(facts: PublishedFacts, bos: string): Json {
  const ids = [facts.tokens['bos']!.id];
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: { [bos]: { id: bos, ids, tokens: [bos] } },
  };
}

/** Ids that nothing else takes get names of their own, so that every id has a text. */
function byteLevelModel(specials: readonly { id: number; text: string }[], size: number): Json {
  const taken = new Set(specials.map(({ id }) => id));
  const vocab: Record<string, number> = {};
  const merges: string[] = [];
  const tokens = [...byteCharacters()];
  for (const word of WORDS) {
    for (let end = 2; end <= word.length; end++) {
      merges.push(`${word.slice(0, end - 1)} ${word[end - 1]}`);
      tokens.push(word.slice(0, end));
    }
  }
  for (let id = 0; id < size; id++) {
    if (!taken.has(id)) vocab[tokens.shift() ?? `[${id}]`] = id;
  }
  for (const { id, text } of specials) vocab[text] = id;
  return { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, vocab, merges };
}

/** The characters that byte-level tokenizers write bytes with: printable ones as they are. */
function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : next++),
  );
}

/** One user turn as the published template writes it. */
function chatTemplate({ chat, tokens, repository }: PublishedFacts): string {
  const text = chat.prompt.indexOf(EXAMPLE_TEXT);
  const marks = ['visionStart', 'imageStart', 'image'].flatMap((name) => tokens[name]?.text ?? []);
  const image = chat.prompt.indexOf(marks.find((mark) => chat.prompt.includes(mark)) ?? '\0');
  if (text < 0 || image < 0 || image > text)
    throw new Error(
      `The chat format of ${repository} should show a picture before the text "${EXAMPLE_TEXT}", but it is ${JSON.stringify(chat.prompt)}.`,
    );
  const bos = tokens['bos']?.text ?? '';
  const begin = chat.prompt.slice(0, image);
  const before = chat.tokenizerAddsBos && begin.startsWith(bos) ? begin.slice(bos.length) : begin;
  const piece = chat.prompt.slice(image, text);
  const after = chat.prompt.slice(text + EXAMPLE_TEXT.length);
  const quoted = (part: string) => `{{- ${JSON.stringify(part)} -}}`;
  return [
    quoted(before),
    '{%- for message in messages -%}{%- for part in message["content"] -%}',
    `{%- if part["type"] == "image" -%}${quoted(piece)}`,
    '{%- elif part["type"] == "text" -%}{{- part["text"] -}}{%- endif -%}',
    '{%- endfor -%}{%- endfor -%}',
    quoted(after),
  ].join('');
}
