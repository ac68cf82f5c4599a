/** The figures of an information flow run. */
import {
  distanceProfile,
  flowMaps,
  flowShares,
  headStrip,
  layerStrip,
  normalisedMaps,
  type FlowFigureData,
} from '../figures/flow-figures.ts';
import { profile, profileNumbers } from '../figures/profile.ts';
import { shareBars, shareNumbers } from '../figures/share-bars.ts';
import { strip, stripNumbers } from '../figures/strip.ts';
import { tokenFigure, tokenNumbers } from '../figures/token-map.ts';
import {
  mapDifference,
  normalised,
  overallMap,
  overallShares,
  type FlowResult,
} from '../results/flow-maps.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { NamedFigure } from './named-figure.ts';

/** All figures of a run. */
export function flowFigures(
  result: FlowResult,
  { model, dataset, groups, seed }: Pick<RunManifest, 'model' | 'dataset' | 'groups' | 'seed'>,
): NamedFigure[] {
  const data = flowFigureData(result, { model: model.name, dataset: dataset.name, groups, seed });
  const [maps, unit] = [flowMaps(data), normalisedMaps(data)];
  const [distance, shares] = [distanceProfile(data), flowShares(data)];
  const strips = data.schemes.flatMap((scheme) => {
    const [layers, heads] = [layerStrip(data, scheme), headStrip(data, scheme)];
    return [
      { name: `layers-${scheme.label}`, svg: strip(layers), numbers: stripNumbers(layers) },
      ...(heads
        ? [{ name: `heads-${scheme.label}`, svg: strip(heads), numbers: stripNumbers(heads) }]
        : []),
    ];
  });
  return [
    { name: 'map', svg: tokenFigure(maps), numbers: tokenNumbers(maps.maps.flat()) },
    { name: 'normalised', svg: tokenFigure(unit), numbers: tokenNumbers(unit.maps.flat()) },
    ...strips,
    { name: 'profile', svg: profile(distance), numbers: profileNumbers(distance) },
    { name: 'shares', svg: shareBars(shares), numbers: shareNumbers(shares) },
  ];
}

/** A run's maps as the figures take them. */
export function flowFigureData(
  { layout, schemes }: FlowResult,
  source: FlowFigureData['source'],
): FlowFigureData {
  const [first, second] = schemes.map(overallMap);
  return {
    views: layout.views,
    schemes: schemes.map((maps) => {
      const overall = overallMap(maps);
      return {
        label: maps.scheme.label,
        samples: maps.samples,
        overall,
        normalised: normalised(overall),
        layers: maps.layers,
        heads: maps.heads,
        shares: overallShares(maps),
      };
    }),
    difference: first && second ? mapDifference(first, second) : undefined,
    source,
  };
}
