/** From a flow run to the figures that can be saved. */
import {
  distanceProfile,
  flowMaps,
  flowShares,
  headStrip,
  layerStrip,
  normalisedMaps,
  overPicture,
  type FlowFigureData,
} from '../../figures/flow-figures.ts';
import type { MapPicture } from '../../figures/image-map.ts';
import { imageMapRows } from '../../figures/image-map-rows.ts';
import { profile, profileNumbers } from '../../figures/profile.ts';
import { shareBars, shareNumbers } from '../../figures/share-bars.ts';
import { strip, stripNumbers, type StripData } from '../../figures/strip.ts';
import { tokenFigure, tokenNumbers, type TokenFigureData } from '../../figures/token-map.ts';
import type { SavedFigure } from './figure-menu.tsx';

/** A run's one picture, where it is of one. */
export interface FlowPicture {
  readonly target: number;
  picture(): Promise<MapPicture>;
}

/** All figures of a run. */
export function savedFlowFigures(
  data: FlowFigureData,
  picture: FlowPicture | undefined,
): SavedFigure[] {
  const maps = (label: string, make: (data: FlowFigureData) => TokenFigureData): SavedFigure[] => [
    ...(picture ? [pictureMaps(`${label} over the picture`, make(data), data, picture)] : []),
    {
      label,
      svg: () => tokenFigure(make(data)),
      numbers: () => tokenNumbers(make(data).maps.flat()),
    },
  ];
  return [
    ...maps('maps', flowMaps),
    ...maps('maps, least to most', normalisedMaps),
    ...data.schemes.flatMap((scheme) => {
      const heads = headStrip(data, scheme);
      return [
        savedStrip(`layers, ${scheme.label}`, layerStrip(data, scheme)),
        ...(heads
          ? [savedStrip(`heads of layer ${scheme.heads!.layer}, ${scheme.label}`, heads)]
          : []),
      ];
    }),
    {
      label: 'by distance',
      svg: () => profile(distanceProfile(data)),
      numbers: () => profileNumbers(distanceProfile(data)),
    },
    {
      label: 'shares',
      svg: () => shareBars(flowShares(data)),
      numbers: () => shareNumbers(flowShares(data)),
    },
  ];
}

function pictureMaps(
  label: string,
  maps: TokenFigureData,
  { views }: FlowFigureData,
  { target, picture }: FlowPicture,
): SavedFigure {
  return {
    label,
    svg: async () => imageMapRows(overPicture(maps, views, { picture: await picture(), target })),
    numbers: () => tokenNumbers(maps.maps.flat()),
  };
}

function savedStrip(label: string, data: StripData): SavedFigure {
  return { label, svg: () => strip(data), numbers: () => stripNumbers(data) };
}
