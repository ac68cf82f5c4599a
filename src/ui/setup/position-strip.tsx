import { useWorkbench } from '../store/context.tsx';
import { idsInWords, positionRuns } from './position-runs.ts';

const WIDTH = 240;
const HEIGHT = 56;
const STRIP = 8;

/**
 * Every token of the prompt above, its position id below: lines fall straight where ids are the
 * order, and meet in one id where an image's tokens share it.
 */
export function PositionStrip() {
  const strip = useWorkbench((state) => state.strip);
  if (strip === undefined) {
    return <p className="hint">The position of every token appears with the first answer.</p>;
  }
  const { kinds, positions } = strip;
  const count = kinds.length;
  const step = WIDTH / count;
  const runs = positionRuns(kinds, positions);
  const x = (place: number) => (place + 0.5) * step;
  return (
    <figure className="strip" data-testid="position-strip">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={runs
          .map(
            ({ kind, tokens }, run) =>
              `${tokens} ${kind} tokens with ids ${idsInWords(strip, run)}`,
          )
          .join(', then ')}
      >
        {Array.from(kinds, (kind, token) => (
          <g key={token} className={kind === 0 ? 'text' : 'image'}>
            <rect x={token * step} y={0} width={step * 0.8} height={STRIP} />
            <line x1={x(token)} y1={STRIP + 2} x2={x(positions[token]!)} y2={HEIGHT - STRIP - 2} />
            <rect
              x={positions[token]! * step}
              y={HEIGHT - STRIP}
              width={step * 0.8}
              height={STRIP}
            />
          </g>
        ))}
      </svg>
      <figcaption>
        <span className="hint">tokens above, position ids below</span>
        <table className="ids">
          <tbody>
            {runs.map(({ kind, tokens }, run) => (
              <tr key={run}>
                <th scope="row">
                  <i className={`swatch ${kind}`} /> {tokens} {kind}
                </th>
                <td>{idsInWords(strip, run)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </figcaption>
    </figure>
  );
}
