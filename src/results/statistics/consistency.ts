import { CELL_COUNT, YES, type NO } from './group-table.ts';

/** How often a group's answer does not depend on the target's cell. Shares of all groups. */
export interface Consistency {
  /** The same answer in all nine cells. */
  readonly same: number;
  readonly allRight: number;
  readonly allWrong: number;
  /** Mean number of cells, of nine, whose answer differs from the group's most frequent one. */
  readonly meanDeviating: number;
}

/** @param answers codes `[groups, 9]` with at least one group; @param right the right answer's code */
export function consistency(answers: Uint8Array, right: typeof YES | typeof NO = YES): Consistency {
  const groups = answers.length / CELL_COUNT;
  let [allRight, allWrong, deviating] = [0, 0, 0];
  for (let base = 0; base < answers.length; base += CELL_COUNT) {
    const counts = [0, 0, 0];
    for (let cell = 0; cell < CELL_COUNT; cell++) counts[answers[base + cell]!]!++;
    const most = Math.max(...counts);
    deviating += CELL_COUNT - most;
    if (most < CELL_COUNT) continue;
    if (counts[right] === CELL_COUNT) allRight++;
    else allWrong++;
  }
  return {
    same: (allRight + allWrong) / groups,
    allRight: allRight / groups,
    allWrong: allWrong / groups,
    meanDeviating: deviating / groups,
  };
}
