/** The choice of a resolution that LLaVA-NeXT's processor, its token counts and its features share. */

/** `[height, width]` in pixels. */
export type Resolution = readonly [height: number, width: number];

/**
 * Of `choices`, the one in which a picture of `size` keeps the most pixels; among equals the smallest,
 * and of those the first. Formula: transformers, `select_best_resolution`.
 */
export function bestResolution(size: Resolution, choices: readonly Resolution[]): Resolution {
  const [height, width] = size;
  let best: Resolution | undefined;
  let mostKept = 0;
  let leastWasted = Infinity;
  for (const choice of choices) {
    const scale = Math.min(choice[1] / width, choice[0] / height);
    const shrunk = Math.trunc(width * scale) * Math.trunc(height * scale);
    const kept = Math.min(shrunk, width * height);
    const wasted = choice[0] * choice[1] - kept;
    if (kept > mostKept || (kept === mostKept && wasted < leastWasted)) {
      mostKept = kept;
      leastWasted = wasted;
      best = choice;
    }
  }
  if (best) return best;
  throw new Error('There should be at least one resolution to choose from, but there is none.');
}
