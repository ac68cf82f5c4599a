import { describe, expect, it } from 'vitest';
import { compareConditions, type Condition } from './compare-runs.ts';
import { makeManifest } from './testing/make-manifest.ts';
import { seeded } from './testing/seeded.ts';
import { makeRun } from './testing/make-records.ts';
import { BALANCED, STANDARD } from './scheme.ts';
import { summarize } from './summary.ts';
import { verdict, verdictHeadline, type VerdictOptions, type VerdictTopic } from './verdict.ts';
import { changeHeadline, changeSentences } from './verdict-change.ts';

const QUICK = { resamples: 500, permutations: 500, seed: 5 };
const RIGHT = '111111111';
type Rows = Parameters<typeof makeRun>[0];

/** Rows of answers, right with the chance of each cell. */
function draw(groups: number, chances: readonly number[], random: () => number): string[] {
  return Array.from({ length: groups }, () =>
    chances.map((chance) => (random() < chance ? '1' : '0')).join(''),
  );
}

const even = (chance: number) => Array<number>(9).fill(chance);
const negatives = (groups: number) => Array<string>(groups).fill(RIGHT);

/** Whatever the verdict says about a topic, in one line. */
function words(
  standard: Rows,
  balanced?: Rows,
  { topic, ...options }: VerdictOptions & { topic?: VerdictTopic } = {},
): string {
  const records = [
    ...makeRun(standard, STANDARD),
    ...(balanced ? makeRun(balanced, BALANCED) : []),
  ];
  return verdict(summarize(records, QUICK), options)
    .filter((sentence) => topic === undefined || sentence.topic === topic)
    .map(({ text }) => text)
    .join(' ');
}

describe('the bias of one scheme', () => {
  it('is large and beyond chance', () => {
    const chances = [0.4, ...Array<number>(7).fill(0.9), 0.3];
    const text = words({ positive: draw(60, chances, seeded(1)), negative: negatives(60) });
    expect(text).toMatch(
      /Under standard positions the mean accuracy on positive items over the nine cells is 0\.\d\d: worst in the bottom right cell \(0\.\d\d\), best in the .+ cell \(0\.\d\d\), a range of 0\.\d\d \[0\.\d\d, 0\.\d\d\]\./,
    );
    expect(text).toContain('That is more than chance explains');
    expect(text).toContain('Cochran’s Q has p < 0.001');
    expect(text).not.toContain('room to show');
  });

  it('is of several cells where they are alike', () => {
    const text = words({ positive: [...negatives(28), '011111110', '011111110'] });
    expect(text).toContain(
      'worst in the top left and bottom right cells (0.93), best in 7 cells (1.00)',
    );
  });

  it('is not claimed where there is none, nor is its absence', () => {
    const text = words({ positive: draw(60, even(0.8), seeded(2)), negative: negatives(60) });
    expect(text).toContain('That is not distinguishable from chance');
    expect(text).toMatch(/no proof that there is no bias: the range’s interval reaches 0\.\d\d/);
    expect(text).not.toContain('more than chance');
  });

  it('is open where two tests disagree', () => {
    let found = '';
    for (let seed = 0; !found.includes('two tests disagree') && seed < 400; seed++)
      found = words({
        positive: draw(40, [0.68, ...Array<number>(8).fill(0.86)], seeded(seed)),
      });
    expect(found).toContain('two tests disagree');
    expect(found).toMatch(/with p = 0\.\d+; Cochran’s Q has p = 0\.\d+/);
    expect(found).not.toContain('That is more than chance explains');
  });

  it('is out of accuracy’s sight where nearly all is right: margins are asked', () => {
    const positive = [...negatives(99), '111101111'];
    const text = words({ positive, negative: negatives(100) });
    expect(text).toContain('is not distinguishable from chance');
    expect(text).toContain('Nearly every answer is right, so accuracy has hardly any room');
    expect(text).toContain('The mean margins of the cells are not distinguishable from chance');
    expect(text).toContain('from 500 resamples and 500 permutations');
  });

  it('is nothing where no answer depends on the cell', () => {
    const text = words({ positive: negatives(30), negative: negatives(30) });
    expect(text).toContain('is 1.00, the same in every cell.');
    expect(text).toContain('In no group does being right depend on the cell');
    expect(text).not.toContain('more than chance');
  });
});

describe('what limits it', () => {
  it('few groups', () => {
    const positive = draw(6, even(0.7), seeded(3));
    expect(words({ positive })).toContain('Only 6 groups: intervals from so few are too narrow');
    expect(words({ positive: draw(20, even(0.7), seeded(3)) })).not.toContain('Only');
  });

  it('few groups of one of two runs that share none', () => {
    const run = (groups: number, hash: string): Condition => ({
      manifest: makeManifest({ dataset: { name: hash, hash, items: 3 } }),
      scheme: STANDARD,
      records: makeRun({ positive: draw(groups, even(0.7), seeded(groups)) }),
    });
    const { summary } = compareConditions(run(30, 'many'), run(4, 'few'), QUICK);
    const [few, all] = verdict(summary).filter(({ topic }) => topic === 'certainty');
    expect(few!.text).toContain('Only 30 and 4 groups');
    expect(all!.text).toMatch(/^30 and 4 groups; brackets/);
    expect(verdictHeadline(summary)).toMatch(/Only 30 and 4 groups\.$/);
  });

  it('fewer than two complete groups', () => {
    expect(words({ positive: [RIGHT, '1111     '] })).toMatch(/^No verdict yet/);
    expect(verdict(summarize([], QUICK))).toEqual([]);
  });

  it('incomplete groups', () => {
    expect(words({ positive: [...negatives(3), '1111     '] })).toContain('Left out: 1 group ');
  });

  it('no negatives', () => {
    const positive = draw(30, even(0.7), seeded(4));
    expect(words({ positive })).toContain('always says Yes would look as good');
    expect(words({ positive, negative: negatives(30) })).not.toContain('always says Yes');
  });

  it('a model that says Yes to everything', () => {
    const no = Array<string>(30).fill('000000000');
    const text = words({ positive: negatives(30), negative: no });
    expect(text).toMatch(
      /That its answers tell what is there .+ cannot be shown here .+ may show a habit of answering/,
    );
    const some = draw(30, even(0.6), seeded(9));
    expect(words({ positive: negatives(30), negative: some })).toMatch(
      /also says Yes to 0\.[34]\d of what is absent/,
    );
  });

  it('outputs that say neither', () => {
    const positive = draw(30, even(0.7), seeded(4)).map((row) => `?${row.slice(1)}`);
    const text = words({ positive, negative: negatives(30) });
    expect(text).toContain(
      '5.6 % of its outputs say neither Yes nor No and count as wrong, so part',
    );
    const one = ['?11111111', ...positive.slice(1).map(() => RIGHT)];
    expect(words({ positive: one })).toMatch(/0\.4 % of its outputs .+ count as wrong\. /);
  });
});

describe('what BaPA changed', () => {
  const uneven = [0.4, ...Array<number>(7).fill(0.95), 0.4];
  const topic = 'change';

  it('a bias that goes away', () => {
    const text = words(
      { positive: draw(60, uneven, seeded(1)), negative: negatives(60) },
      { positive: draw(60, even(0.93), seeded(7)), negative: negatives(60) },
      { topic },
    );
    expect(text).toMatch(
      /BaPA makes the range over cells smaller: from 0\.\d\d to 0\.\d\d, a change of −0\.\d\d \[−0\.\d\d, −0\.\d\d\], p = 0\.002/,
    );
    expect(text).toContain('The second’s range is not distinguishable from chance.');
    expect(text).toMatch(
      /Cells that change .+: top left \+0\.\d\d \(p < 0\.001\), bottom right \+/,
    );
    expect(text).toMatch(/Mean accuracy on positive items rises: \+0\.\d\d/);
  });

  it('evenness bought with accuracy', () => {
    const text = words(
      { positive: draw(60, uneven, seeded(1)), negative: negatives(60) },
      { positive: draw(60, even(0.4), seeded(7)), negative: negatives(60) },
      { topic },
    );
    expect(text).toMatch(/Mean accuracy on positive items falls: −0\.\d\d \[−/);
    expect(text).toContain('The map is more even, and fewer answers are right.');
    expect(text).toMatch(/With the negatives counted in, mean balanced accuracy changes by −/);
  });

  it('nothing that could be told', () => {
    const text = words(
      { positive: draw(60, even(0.8), seeded(1)), negative: negatives(60) },
      { positive: draw(60, even(0.8), seeded(2)), negative: negatives(60) },
      { topic },
    );
    expect(text).toContain('Whether BaPA changes the range over cells cannot be told');
    expect(text).toContain('There was no range beyond chance to begin with.');
    expect(text).toContain('No change of mean accuracy on positive items can be told from chance');
    expect(text).toContain('No single cell changes beyond chance');
  });

  it('neither more nor less, where interval and test disagree', () => {
    const schemes = [
      ...makeRun({ positive: draw(60, even(0.8), seeded(1)) }),
      ...makeRun({ positive: draw(60, even(0.8), seeded(2)) }, BALANCED),
    ];
    const summary = summarize(schemes, QUICK);
    const [found] = summary.comparisons;
    const { accuracy } = found!;
    const none = { value: 0, low: 0.01, high: 0.02 };
    const still = { ...found!, accuracy: { ...accuracy, range: none, mean: none } };
    expect(changeHeadline(still, 'accuracy')).toBe(
      'BaPA: perhaps a different range, and perhaps a different mean.',
    );
    expect(changeSentences(still, summary.schemes, 'accuracy')[0]).toContain(
      'BaPA may make the range over cells different, but interval and test disagree',
    );
  });

  it('is not fooled by a few wrong answers under one scheme alone', () => {
    // The interval of the range's change leaves 0 out: nearly every resample holds one of the four.
    const standard = { positive: [...negatives(56), ...Array<string>(4).fill('011111111')] };
    const summary = summarize(
      [...makeRun(standard), ...makeRun({ positive: negatives(60) }, BALANCED)],
      QUICK,
    );
    expect(summary.comparisons[0]!.accuracy.range.high).toBeLessThan(0);
    const text = verdict(summary)
      .map((sentence) => sentence.text)
      .join(' ');
    expect(text).toContain(
      'BaPA may make the range over cells smaller, but interval and test disagree',
    );
    expect(text).not.toContain('BaPA makes');
  });

  it('speaks of the schemes and the measure that are asked for', () => {
    const half = { label: '0.5', strength: 0.5 };
    const rows = { positive: draw(30, even(0.8), seeded(1)), negative: negatives(30) };
    const summary = summarize(
      [...makeRun(rows), ...makeRun(rows, half), ...makeRun(rows, BALANCED)],
      QUICK,
    );
    const options = { measure: 'balancedAccuracy', schemes: ['standard', '0.5'] } as const;
    const text = verdict(summary, options)
      .map((sentence) => sentence.text)
      .join(' ');
    expect(text).toContain('BaPA at strength 0.5');
    expect(text).toContain('the mean balanced accuracy over the nine cells');
    expect(text).not.toContain('Under balanced');
    expect(text).not.toContain('Cochran');
  });
});

describe('the headline', () => {
  const headline = (standard: Rows, balanced: Rows) =>
    verdictHeadline(summarize([...makeRun(standard), ...makeRun(balanced, BALANCED)], QUICK));
  const uneven = { positive: draw(60, [0.3, ...Array<number>(8).fill(0.95)], seeded(1)) };

  it('says what the sentences say', () => {
    expect(headline(uneven, { positive: draw(60, even(0.5), seeded(8)) })).toMatch(
      /^standard: a bias beyond chance \(range 0\.\d\d\)\. balanced: no bias that can be told from chance\. BaPA: a smaller range \(−0\.\d\d\), and a lower mean \(−0\.\d\d\)\.$/,
    );
    expect(headline(uneven, uneven)).toContain('BaPA: no change of the range that can be told');
  });

  it('keeps what limits it', () => {
    const few = { positive: draw(5, even(0.7), seeded(3)) };
    expect(headline(few, few)).toMatch(/Only 5 groups\.$/);
    expect(headline({ positive: [RIGHT] }, { positive: [RIGHT] })).toMatch(/^No verdict yet/);
  });
});

describe('how often it is wrong', () => {
  it('claims a bias or a change where there is none no oftener than its level says', () => {
    const runs = 120;
    let [biases, changes, means] = [0, 0, 0];
    for (let seed = 0; seed < runs; seed++) {
      const random = seeded(1000 + seed);
      const text = words(
        { positive: draw(30, even(0.8), random) },
        { positive: draw(30, even(0.8), random) },
      );
      biases += Number(text.startsWith('Under') && /chance explains.+Under balanced/.test(text));
      changes += Number(text.includes('BaPA makes'));
      means += Number(/items (falls|rises)/.test(text));
    }
    console.log(
      `of ${runs} runs without any effect the verdict claims a bias in ${biases}, a change of the range in ${changes}, of the mean in ${means}`,
    );
    // 5 % of 120 are 6; more than 14 would be seen once in 1,000 such tests.
    for (const claims of [biases, changes, means]) expect(claims).toBeLessThanOrEqual(14);
  });
});
