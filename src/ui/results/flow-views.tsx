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
import { profile } from '../../figures/profile.ts';
import type { StripData } from '../../figures/strip.ts';
import { evenTileMap } from '../../figures/token-map.ts';
import { useFigureTheme } from '../header/figure-theme.ts';
import { ColorLegend } from './color-legend.tsx';
import { FigureImage } from './figure-image.tsx';
import { TileMapView, type UnderPicture } from './tile-map-view.tsx';

interface FlowMapsViewProps {
  data: FlowFigureData;
  normalised: boolean;
  picture: UnderPicture | undefined;
  target: number | undefined;
}

/** The mean maps of the schemes and their difference; a row for each view of the picture. */
export function FlowMapsView({ data, normalised, picture, target }: FlowMapsViewProps) {
  const figure = normalised ? normalisedMaps(data) : flowMaps(data);
  const { rows } = overPicture(figure, data.views, { target });
  const views = rows.length > 1 ? ['base view', 'tiles'] : [undefined];
  return rows.map((row, at) => (
    <div key={at} className="maps" data-testid="flow-maps" data-view={data.views[at]!.kind}>
      {row.map(({ name, title, map, scale, digits, signed, quantity }) => (
        <figure key={title} className="map" data-map={name}>
          <figcaption>{[nameOf(title), views[at]].filter(Boolean).join(', ')}</figcaption>
          <TileMapView
            map={map}
            scale={scale}
            label={`${name}: ${quantity}`}
            picture={picture}
            target={target}
          />
          <ColorLegend scale={scale} signed={signed} digits={digits} />
        </figure>
      ))}
    </div>
  ));
}

/** `standard positions, normalised` as it stands over a small map. */
function nameOf(title: string): string {
  return title.replace(/ positions(, normalised)?$/, '');
}

/** Layers or heads of every scheme, on one scale. */
export function StripsView({ data, of }: { data: FlowFigureData; of: 'layers' | 'heads' }) {
  const strips = data.schemes.flatMap((scheme) => {
    const found = of === 'layers' ? layerStrip(data, scheme) : headStrip(data, scheme);
    return found ? [{ label: scheme.label, found }] : [];
  });
  return strips.map(({ label, found }) => <StripView key={label} label={label} data={found} />);
}

function StripView({ label, data }: { label: string; data: StripData }) {
  const { maps, scale, digits, quantity } = data;
  return (
    <div className="small-maps" data-testid="strip">
      <h4>{label}</h4>
      <div>
        {maps.map(({ label: name, grid }) => (
          <figure key={name}>
            <TileMapView
              map={evenTileMap(grid)}
              scale={scale}
              label={`${label}, ${name}: ${quantity}`}
            />
            <figcaption>{name}</figcaption>
          </figure>
        ))}
      </div>
      <ColorLegend scale={scale} digits={digits} />
    </div>
  );
}

/** Attention against the image token's index. */
export function ProfileView({ data }: { data: FlowFigureData }) {
  const theme = useFigureTheme();
  const chart = distanceProfile(data);
  return (
    <FigureImage
      draw={(width) => profile({ ...chart, width, theme })}
      label={`${chart.title}: ${chart.quantity} along the ${chart.along}, a line for each of ${chart.series.map(({ label }) => label).join(' and ')}`}
      narrowest={300}
      widest={640}
    />
  );
}

/** What the text attends to, as a table with a bar for each scheme. */
export function SharesView({ data }: { data: FlowFigureData }) {
  const { parts, bars, quantity } = flowShares(data);
  return (
    <div className="statistics dense">
      <table data-testid="flow-shares">
        <caption className="visually-hidden">{quantity}</caption>
        <thead>
          <tr>
            <th scope="col">Attention to</th>
            <td className="share-bar" />
            {parts.map((part, at) => (
              <th key={part} scope="col">
                <i className="share-swatch" data-part={at} /> {part}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, shares }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="share-bar" aria-hidden="true">
                <span>
                  {shares.map((share, at) => (
                    <i key={at} data-part={at} style={{ width: `${share * 100}%` }} />
                  ))}
                </span>
              </td>
              {shares.map((share, at) => (
                <td key={at}>{(share * 100).toFixed(1)} %</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
