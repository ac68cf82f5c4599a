import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import type { ImagePrompt, ModelSpec } from '../models/spec.ts';

/** The part of a checkpoint that a tokenizer reads. */
export interface TokenizerFiles {
  has(file: string): boolean | Promise<boolean>;
  readJson(file: string): Promise<unknown>;
  readText(file: string): Promise<string>;
}

interface TokenizerConfig {
  readonly chat_template?: string | readonly { name: string; template: string }[];
  readonly bos_token?: string | { content: string } | null;
  readonly eos_token?: string | { content: string } | null;
}

/**
 * Text to token ids and back, and the chat template around a question, as Hugging Face's processor
 * for the model does it.
 */
export class PromptTokenizer {
  /** Ids whose text, stripped, is Yes; ascending. Empty where the vocabulary has no such token. */
  readonly yesTokenIds: readonly number[];
  readonly noTokenIds: readonly number[];
  private readonly tokenizer: Tokenizer;
  private readonly template: Template | undefined;
  private readonly specials: { bos_token: string; eos_token: string };
  private readonly imageToken: string;
  /** What the template writes for a picture. */
  private readonly placeholder: string;
  private readonly around: { before: string; after: string };

  constructor(
    tokenizerJson: object,
    config: TokenizerConfig,
    template: string | undefined,
    imageTokenId: number,
    imagePrompt: ImagePrompt,
  ) {
    this.tokenizer = new Tokenizer(tokenizerJson, config);
    this.template = template === undefined ? undefined : new Template(template);
    this.specials = {
      bos_token: tokenText(config.bos_token),
      eos_token: tokenText(config.eos_token),
    };
    const text = (part: string | number) =>
      typeof part === 'string' ? part : this.specialToken(part);
    this.imageToken = text(imageTokenId);
    this.placeholder = text(imagePrompt.placeholderId);
    this.around = {
      before: imagePrompt.before.map(text).join(''),
      after: imagePrompt.after.map(text).join(''),
    };
    this.yesTokenIds = this.spellings('Yes');
    this.noTokenIds = this.spellings('No');
  }

  /** The chat template around one user turn of `images` pictures and `text`, up to the answer. */
  render(text: string, images = 1): string {
    if (!this.template)
      throw new Error(
        'The model folder has no chat template (chat_template.jinja, chat_template.json, or chat_template in tokenizer_config.json), so a question cannot be put to the model.',
      );
    this.refusePictures(text);
    const pictures = Array.from({ length: images }, () => ({ type: 'image' }));
    return this.template.render({
      messages: [{ role: 'user', content: [...pictures, { type: 'text', text }] }],
      add_generation_prompt: true,
      ...this.specials,
    });
  }

  /**
   * Token ids of a rendered prompt. The k-th placeholder becomes `imageTokens[k]` image tokens, with
   * what the model's processor writes around them. The tokenizer adds its own special tokens, except
   * a beginning that the template already wrote.
   */
  encode(prompt: string, imageTokens: readonly number[]): number[] {
    const { bos_token: bos } = this.specials;
    const parts = prompt.split(this.placeholder);
    if (parts.length - 1 !== imageTokens.length)
      throw new Error(
        `The chat template put ${parts.length - 1} image placeholders around the question, where ${imageTokens.length} are needed.`,
      );
    const expanded = parts.map((part, at) => {
      const tokens = imageTokens[at];
      if (tokens === undefined) return part;
      return part + this.around.before + this.imageToken.repeat(tokens) + this.around.after;
    });
    const { ids } = this.tokenizer.encode(expanded.join(''), {
      add_special_tokens: !(bos !== '' && prompt.startsWith(bos)),
    });
    return ids;
  }

  /**
   * Token ids of a text by itself, with the special tokens that the tokenizer adds. Throws a sentence
   * where the text holds what stands for a picture, or makes no token.
   */
  encodeText(text: string): number[] {
    this.refusePictures(text);
    const { ids } = this.tokenizer.encode(text, { add_special_tokens: true });
    if (ids.length > 0) return ids;
    throw new Error(`The tokenizer makes no token of "${text}"; write a text that has some.`);
  }

  /** The text of generated tokens, special ones left out. */
  decode(ids: readonly number[]): string {
    return this.tokenizer.decode([...ids], { skip_special_tokens: true }).trim();
  }

  /** One token as a person reads it, special ones included. */
  tokenText(id: number): string {
    return this.tokenizer.decode([id], { skip_special_tokens: false });
  }

  private refusePictures(text: string): void {
    for (const token of [this.imageToken, this.placeholder])
      if (text.includes(token))
        throw new Error(
          `The text contains "${token}", which the model reads as a picture. Write it differently.`,
        );
  }

  private specialToken(id: number): string {
    const token = this.tokenizer.id_to_token(id);
    if (token !== undefined) return token;
    throw new Error(
      `The config's image token ${id} is not in the tokenizer's vocabulary; config.json and tokenizer.json do not belong together.`,
    );
  }

  private spellings(word: string): number[] {
    const ids: number[] = [];
    for (const [token, id] of this.tokenizer.get_vocab(true))
      // Decoding a whole vocabulary takes seconds; a spelling of the word contains it.
      if (token.includes(word) && this.tokenText(id).trim() === word) ids.push(id);
    return ids.sort((a, b) => a - b);
  }
}

/**
 * Reads `tokenizer.json`, `tokenizer_config.json` and the chat template, wherever it is kept.
 * Undefined for a folder without a tokenizer, which can still be given token ids.
 */
export async function openTokenizer(
  files: TokenizerFiles,
  { imageTokenId, imagePrompt }: Pick<ModelSpec, 'imageTokenId' | 'imagePrompt'>,
): Promise<PromptTokenizer | undefined> {
  if (!(await files.has('tokenizer.json'))) return undefined;
  const tokenizerJson = (await files.readJson('tokenizer.json')) as object;
  const config = (await files.readJson('tokenizer_config.json')) as TokenizerConfig;
  const template = await readTemplate(files, config);
  return new PromptTokenizer(tokenizerJson, config, template, imageTokenId, imagePrompt);
}

async function readTemplate(
  files: TokenizerFiles,
  config: TokenizerConfig,
): Promise<string | undefined> {
  if (await files.has('chat_template.jinja')) return files.readText('chat_template.jinja');
  if (await files.has('chat_template.json')) {
    const json = (await files.readJson('chat_template.json')) as { chat_template?: string };
    if (json.chat_template !== undefined) return json.chat_template;
  }
  const { chat_template: own } = config;
  if (own === undefined || typeof own === 'string') return own;
  return own.find(({ name }) => name === 'default')?.template;
}

function tokenText(token: string | { content: string } | null | undefined): string {
  return typeof token === 'object' ? (token?.content ?? '') : (token ?? '');
}
