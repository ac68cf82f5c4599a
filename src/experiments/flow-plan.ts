/** Which pictures and questions information flow is read on, in their fixed order. */
import type { ProbeDataset } from '../data/dataset.ts';
import { CELLS, type Cell, type Scheme } from '../results/records.ts';
import type { RgbImage } from '../tensor/image.ts';
import { planProbe } from './probe-plan.ts';
import { PROBE_PROMPT, probePrompt } from './probe-prompt.ts';
import { composePicture } from './probe.ts';

/** One question about one picture; every scheme reads it. */
export interface FlowSample {
  /** Unique in a run. */
  readonly key: string;
  readonly index: number;
  /** Null for a picture that was given by hand. */
  readonly group: number | null;
  readonly cell: Cell | null;
  /** The question's text, without the chat template. */
  readonly prompt: string;
  picture(): Promise<RgbImage>;
}

export interface FlowPlan {
  readonly samples: readonly FlowSample[];
  readonly schemes: readonly Scheme[];
  readonly groups: number;
  readonly seed: number;
  readonly whiteCells: number;
  /** The question, with `{caption}` where the samples differ. */
  readonly prompt: string;
  /** The layer whose heads are wanted one by one, counted from 0. */
  readonly heads?: number | undefined;
  /** Of the first picture, in pixels. */
  readonly imageSize: { readonly width: number; readonly height: number };
}

export interface FlowPlanOptions {
  readonly groups: number;
  readonly seed: number;
  readonly schemes: readonly Scheme[];
  /** Asked of every picture in place of the probe's question about the target. */
  readonly question?: string | undefined;
  readonly heads?: number | undefined;
}

/**
 * The nine pictures of each group of a probe with this seed, its target in each cell, so that the mean
 * over samples looks at no cell more than at another.
 * @throws when the data set is too small or a number is out of range
 */
export function planFlow(
  dataset: Pick<ProbeDataset, 'items' | 'cell' | 'targets' | 'picture'>,
  { groups, seed, schemes, question, heads }: FlowPlanOptions,
): FlowPlan {
  const probe = planProbe(dataset, { groups, seed, schemes });
  const side = 3 * dataset.cell;
  const positives = probe.items.filter(({ polarity }) => polarity === 'positive');
  return {
    samples: positives.map(({ group, cell, pictures, prompt }, index) => ({
      key: `${group}/${cell}`,
      index,
      group,
      cell,
      prompt: question ?? prompt,
      picture: () => composePicture(dataset, pictures),
    })),
    schemes,
    groups,
    seed,
    whiteCells: probe.whiteCells,
    prompt: question ?? PROBE_PROMPT,
    heads,
    imageSize: { width: side, height: side },
  };
}

/** A question about pictures that were given by hand, in their order. */
export function planPictures(
  pictures: readonly { readonly name: string; readonly image: RgbImage }[],
  question: string,
  schemes: readonly Scheme[],
  heads?: number,
): FlowPlan {
  const [first] = pictures;
  if (!first || schemes.length === 0)
    throw new Error('Information flow needs a picture and a scheme at least. Name one of each.');
  return {
    samples: pictures.map(({ name, image }, index) => ({
      key: `${index}/${name}`,
      index,
      group: null,
      cell: null,
      prompt: question,
      picture: () => Promise.resolve(image),
    })),
    schemes,
    groups: pictures.length,
    seed: 0,
    whiteCells: 0,
    prompt: question,
    heads,
    imageSize: { width: first.image.width, height: first.image.height },
  };
}

/** The probe's question about a picture of nine cells that was put together by hand. */
export function planBench(
  {
    image,
    caption,
    cell,
  }: { readonly image: RgbImage; readonly caption: string; readonly cell: number },
  schemes: readonly Scheme[],
  heads?: number,
): FlowPlan {
  const plan = planPictures([{ name: 'bench', image }], probePrompt(caption), schemes, heads);
  const samples = plan.samples.map((sample) => ({ ...sample, group: 0, cell: CELLS[cell]! }));
  return { ...plan, samples, prompt: PROBE_PROMPT };
}
