import type { DatasetItem } from '../../data/dataset.ts';
import type { CaptionProblem } from './state.ts';

/** The first own picture that no run could ask about, with a sentence; undefined where all are good. */
export function captionProblem(pictures: readonly DatasetItem[]): CaptionProblem | undefined {
  const nameless = pictures.find(({ caption }) => caption.trim() === '');
  if (nameless === undefined) return undefined;
  const { id } = nameless;
  return {
    id,
    message: `The picture "${id}" has no caption. Write what it shows in a few words, then run.`,
  };
}
