import { FILLS, type Fill } from '../../data/pixel-planes.ts';
import type { PerceptionMode } from '../../results/perception-records.ts';
import { useActions, useWorkbench } from '../store/context.tsx';

/** What each mode is called, and what it costs. */
export const MODE_WORDS: Readonly<Record<PerceptionMode, string>> = {
  kernel: 'every tile',
  sparse: 'half the tiles',
  coarse: 'coarse to fine',
  reference: 'as published',
};

/** Modes that are run together; of two their maps are compared. */
const MODE_CHOICES: readonly (readonly PerceptionMode[])[] = [
  ['kernel'],
  ['sparse'],
  ['coarse'],
  ['reference'],
  ['kernel', 'sparse'],
  ['kernel', 'coarse'],
  ['reference', 'kernel'],
  ['reference', 'kernel', 'sparse', 'coarse'],
];

/** Tiles of a side: 42 pixels of 840 as published, and larger ones. */
const TILE_CHOICES = [20, 10, 6];

const PUBLISHED_SIDE = 840;

/** How the picture is covered. */
export function CoverFields() {
  const { modes, tiles, fill } = useWorkbench((state) => state.cover);
  const actions = useActions();
  return (
    <>
      <label title="Every tile: tiles of patches are covered in the pixel tensor. As published: before the image processor. The others run part of the tiles and say how well they agree where both ran.">
        <span aria-hidden="true">Cover </span>
        <select
          aria-label="Ways of covering"
          value={modes.join()}
          onChange={({ target: { value } }) =>
            actions.setCover({ modes: value.split(',') as PerceptionMode[] })
          }
        >
          {MODE_CHOICES.map((choice) => (
            <option key={choice.join()} value={choice.join()}>
              {choice.length === MODE_CHOICES.at(-1)!.length ? 'all ways' : wordsOf(choice)}
            </option>
          ))}
        </select>
      </label>
      <label title="Of a picture of 840 pixels. Where the picture is covered in the pixel tensor a tile is made of whole patches and may be larger.">
        <span aria-hidden="true">Tile </span>
        <select
          aria-label="Side of a tile"
          value={tiles}
          onChange={({ target }) => actions.setCover({ tiles: Number(target.value) })}
        >
          {TILE_CHOICES.map((count) => (
            <option key={count} value={count}>
              {Math.round(PUBLISHED_SIDE / count)} px
            </option>
          ))}
        </select>
      </label>
      <label>
        <span aria-hidden="true">With </span>
        <select
          aria-label="Colour of the cover"
          value={fill}
          onChange={({ target }) => actions.setCover({ fill: target.value as Fill })}
        >
          {FILLS.map((colour) => (
            <option key={colour} value={colour}>
              {colour === 'mean' ? 'mean colour' : colour}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function wordsOf(modes: readonly PerceptionMode[]): string {
  return modes.map((mode) => MODE_WORDS[mode]).join(' and ');
}
