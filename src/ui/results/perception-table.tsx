import { fewGroups } from '../../results/few-groups.ts';
import type {
  ModeAgreement,
  PerceptionCondition,
  PerceptionSummary,
  ShareEstimate,
  Spread,
} from '../../results/perception-summary.ts';
import { plain } from '../format.ts';
import { MODE_WORDS } from './cover-fields.tsx';

/** Passes, what was saved, and shares of every scheme and mode; how the modes agree. */
export function PerceptionTable({ summary }: { summary: PerceptionSummary }) {
  const { groups, conditions, agreements } = summary;
  const few = groups > 1 ? fewGroups(groups) : undefined;
  const modes = new Set(conditions.map(({ mode }) => mode));
  const many = conditions.some(({ pictures }) => pictures > 1);
  return (
    <div className="statistics dense" data-testid="perception-table">
      <table>
        <caption className="visually-hidden">
          Passes and share of the map in the target’s cell
        </caption>
        <thead>
          <tr>
            <th scope="col">Positions</th>
            {modes.size > 1 && <th scope="col">covered</th>}
            {many && <th scope="col">pictures</th>}
            <th scope="col">tiles</th>
            <th scope="col" title="Covered pictures that were run">
              passes
            </th>
            <th scope="col" title="Tiles that needed no pass of their own">
              saved
            </th>
            <th scope="col">in target’s cell</th>
          </tr>
        </thead>
        <tbody>
          {conditions.map((condition) => (
            <ConditionRow
              key={`${condition.scheme.label} ${condition.mode}`}
              condition={condition}
              withMode={modes.size > 1}
              withPictures={many}
            />
          ))}
        </tbody>
      </table>
      {few !== undefined && <p className="hint">{few}</p>}
      {agreements.map((agreement) => (
        <p key={`${agreement.scheme} ${agreement.first} ${agreement.second}`} className="hint">
          {agreementText(agreement)}
        </p>
      ))}
    </div>
  );
}

function ConditionRow({
  condition,
  withMode,
  withPictures,
}: {
  condition: PerceptionCondition;
  withMode: boolean;
  withPictures: boolean;
}) {
  const { scheme, mode, pictures, withoutMap, tiles, passes } = condition;
  const known = passes > 0 || withoutMap > 0;
  return (
    <tr>
      <th scope="row">{scheme.label}</th>
      {withMode && <td>{MODE_WORDS[mode]}</td>}
      {withPictures && (
        <td>
          {pictures}
          {withoutMap > 0 && `, ${withoutMap} without a map`}
        </td>
      )}
      <td>{tiles}</td>
      <td>{known ? passes : '–'}</td>
      <td>{known ? Math.max(0, tiles - passes) : '–'}</td>
      <td>{shareText(condition)}</td>
    </tr>
  );
}

/** The mean over nine cells, or the one share that there is. */
function shareText({ meanShare, cells }: PerceptionCondition): string {
  if (meanShare) return estimateText(meanShare);
  const known = cells.filter(({ share }) => share !== null);
  return known.length === 1 ? estimateText(known[0]!.share!) : '–';
}

function estimateText({ value, interval }: ShareEstimate): string {
  if (!interval) return plain(value);
  return `${plain(value)} [${plain(interval[0])}, ${plain(interval[1])}]`;
}

function agreementText({ scheme, first, second, pictures, all, changed }: ModeAgreement): string {
  const names = `“${MODE_WORDS[first]}” and “${MODE_WORDS[second]}”`;
  if (!all) return `${scheme}: ${names} have no map of one picture to be compared.`;
  const of = pictures === 1 ? '' : `, mean of ${pictures} pictures (least to most)`;
  const own = changed && spreadText(changed);
  const changing =
    own && own !== spreadText(all) ? `, ${own} over those that change the answer` : '';
  return `${scheme}: the maps of ${names} order the tiles alike with a rank correlation of ${spreadText(all)} over all tiles${changing}${of}.`;
}

function spreadText({ mean, least, most }: Spread): string {
  return least === most ? plain(mean) : `${plain(mean)} (${plain(least)} to ${plain(most)})`;
}
