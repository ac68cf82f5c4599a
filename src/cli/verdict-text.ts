/** A verdict as text of at most 80 columns, in ASCII, which every terminal shows. */
import type { VerdictSentence, VerdictTopic } from '../results/verdict.ts';

const WIDTH = 80;

const HEADINGS: Readonly<Record<VerdictTopic, string>> = {
  bias: 'Bias',
  change: 'What changed',
  certainty: 'How sure',
};

const ASCII: readonly (readonly [RegExp, string])[] = [
  [/−/g, '-'],
  [/[’′]/g, "'"],
  [/×/g, 'x'],
  [/–/g, '-'],
];

/** The headline, then every sentence under its topic's heading. Ends with a line end. */
export function verdictText(headline: string, sentences: readonly VerdictSentence[]): string {
  const topics = [...new Set(sentences.map(({ topic }) => topic))];
  const lines = topics.flatMap((topic) => [
    `${HEADINGS[topic]}:`,
    ...sentences.filter((sentence) => sentence.topic === topic).flatMap(({ text }) => wrap(text)),
  ]);
  return ['Verdict', '=======', ...wrap(headline), ...lines].map((line) => `${line}\n`).join('');
}

/** The same in characters that every terminal shows. */
export function ascii(text: string): string {
  return ASCII.reduce((words, [from, to]) => words.replace(from, to), text);
}

/** Lines indented by two, at most {@link WIDTH} long. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of ascii(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines;
}
