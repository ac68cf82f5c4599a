import type { RunManifest } from '../../results/manifest.ts';
import { CELLS, type ProbeRecord } from '../../results/records.ts';
import { signed } from '../format.ts';
import { GridCanvas } from '../pictures/picture-canvas.tsx';
import { cellName } from '../store/state.ts';
import { exactPrompt } from './item-rows.ts';

interface ItemDetailsProps {
  /** One question's records, one for each scheme. */
  records: readonly ProbeRecord[];
  manifest: RunManifest | undefined;
}

/** A question in full: the picture with its target marked, the exact prompt, the raw outputs. */
export function ItemDetails({ records, manifest }: ItemDetailsProps) {
  const record = records[0]!;
  const { pictures, group, caption, polarity, cell } = record;
  const exact = exactPrompt(record, manifest);
  const side = manifest?.imageSize.width;
  return (
    <div className="item" data-testid="item">
      <div className="item-picture">
        <GridCanvas
          ids={pictures}
          cell={side === undefined ? undefined : side / 3}
          label={`Picture of group ${group}, target in the ${cellName(cell)} cell`}
        />
        <i className="target-mark" data-cell={cell} style={markAt(CELLS.indexOf(cell))} />
      </div>
      <dl className="facts">
        <dt>asked</dt>
        <dd>
          {caption} ({polarity === 'positive' ? 'is there' : 'is not there'})
        </dd>
        {records.map(({ scheme, output, margin, decoded }) => (
          <div key={scheme} className="item-output">
            <dt>{scheme}</dt>
            <dd>
              <code>{output}</code> {signed(margin, 3)}
              {decoded && ' (decoded on: the first token was neither Yes nor No)'}
            </dd>
          </div>
        ))}
        <dt>group</dt>
        <dd>{group}</dd>
      </dl>
      <p className="hint">{exact === undefined ? 'question' : 'prompt, to the letter'}</p>
      <pre data-testid="item-prompt">{exact ?? record.prompt}</pre>
    </div>
  );
}

/** Where the target's cell lies in the picture. */
function markAt(cell: number): { left: string; top: string } {
  return {
    left: `${((cell % 3) * 100) / 3}%`,
    top: `${(Math.floor(cell / 3) * 100) / 3}%`,
  };
}
