import { useMemo } from 'react';
import type { ImageMapData } from '../../figures/image-map.ts';
import type { NineMapsData } from '../../figures/nine-maps.ts';
import type { ModeFigures } from '../../report/perception-figures.ts';
import type { PerceptionRecord } from '../../results/perception-records.ts';
import { cellName } from '../store/state.ts';
import { BiasMap } from './bias-map.tsx';
import { ColorLegend } from './color-legend.tsx';
import { pictureMaps } from './perception-figures.ts';
import { TileMapView, type UnderPicture } from './tile-map-view.tsx';

/** One picture's maps over it, all schemes on one scale. */
function PictureMapsView({
  maps,
  picture,
}: {
  maps: readonly ImageMapData[];
  picture: UnderPicture;
}) {
  return (
    <div className="maps" data-testid="picture-maps">
      {maps.map(({ name, title, map, scale, digits, signed, quantity, target }) => (
        <figure key={title} className="map" data-map={name}>
          <figcaption>{name}</figcaption>
          <TileMapView
            map={map}
            scale={scale}
            label={`${title}: ${quantity}`}
            picture={picture}
            target={target}
          />
          <ColorLegend scale={scale} signed={signed} digits={digits} />
        </figure>
      ))}
    </div>
  );
}

/** One picture's maps under every scheme. */
export function OnePicture({
  records,
  cell,
}: {
  records: readonly PerceptionRecord[];
  cell: number | undefined;
}) {
  const maps = useMemo(() => pictureMaps(records, {}), [records]);
  const [first] = records;
  const answers = records.map(({ scheme, output, maximum }) =>
    output === ''
      ? `${scheme}: no answer, so no map`
      : `${scheme}: “${output}”${maximum === 0 ? ', and no tile changes it' : ''}`,
  );
  return (
    <>
      <PictureMapsView maps={maps} picture={{ ids: first!.pictures, cell }} />
      <p className="hint" data-testid="perception-answers">
        Change of the answer’s logits when a tile is covered ({first!.across.length - 1} ×{' '}
        {first!.down.length - 1} tiles, {first!.fill}). Answers: {answers.join('; ')}.
      </p>
    </>
  );
}

/** Shares by cell, then nine mean maps of each scheme. */
export function MeanMapsView({ means, shares }: Pick<ModeFigures, 'means' | 'shares'>) {
  return (
    <>
      <div className="maps" data-testid="share-maps">
        {shares.map((map) => (
          <BiasMap key={map.title} map={map} />
        ))}
      </div>
      <p className="hint">
        Share of the map that lies in the target’s own cell, by the target’s cell; a flat map has
        0.11.
      </p>
      <div className="mean-maps" data-testid="mean-maps">
        {means.map(({ label, figure }) => (
          <NineMapsView key={label} label={label} figure={figure} />
        ))}
      </div>
      <p className="hint">
        Mean maps by the target’s cell, which is outlined; each picture’s map is divided by its
        largest value.
      </p>
    </>
  );
}

function NineMapsView({ label, figure }: { label: string; figure: NineMapsData }) {
  const { maps, scale, quantity } = figure;
  return (
    <figure className="map" data-map={`mean maps, ${label}`}>
      <figcaption>{label}</figcaption>
      <div className="nine-maps">
        {maps.map(({ name, map, n }, cell) =>
          map ? (
            <div
              key={name}
              data-cell={name}
              title={`${cellName(name)}${n === undefined ? '' : `, n = ${n}`}`}
            >
              <TileMapView
                map={map}
                scale={scale}
                label={`${label}, target ${cellName(name)}: ${quantity}`}
                target={cell}
              />
            </div>
          ) : (
            <div
              key={name}
              data-cell={name}
              className="hatched"
              title={`${cellName(name)}: no data`}
            >
              no data
            </div>
          ),
        )}
      </div>
      <ColorLegend scale={scale} />
    </figure>
  );
}
