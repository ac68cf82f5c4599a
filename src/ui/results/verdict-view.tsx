import { useMemo } from 'react';
import type { Measure } from '../../results/resampled-schemes.ts';
import type { ProbeSummary } from '../../results/summary.ts';
import { verdict, verdictHeadline, type VerdictTopic } from '../../results/verdict.ts';

interface VerdictViewProps {
  summary: ProbeSummary;
  measure: Measure;
  /** Labels of the schemes that the maps show. */
  schemes: readonly string[];
}

const HEADINGS: Readonly<Record<VerdictTopic, string>> = {
  bias: 'Bias',
  change: 'What changed',
  certainty: 'How sure',
};

/** What the numbers bear, in words: a line, and on demand all of it. */
export function VerdictView({ summary, measure, schemes }: VerdictViewProps) {
  // Joined, for a list made anew at every drawing is the same list.
  const key = schemes.join('\n');
  const { headline, topics } = useMemo(() => {
    const options = { measure, schemes: key.split('\n') };
    const sentences = verdict(summary, options);
    return {
      headline: verdictHeadline(summary, options),
      topics: [...new Set(sentences.map(({ topic }) => topic))].map((topic) => ({
        topic,
        texts: sentences.filter((sentence) => sentence.topic === topic).map(({ text }) => text),
      })),
    };
  }, [summary, measure, key]);
  if (headline === '') return null;
  return (
    <section className="verdict" aria-label="Verdict" data-testid="verdict">
      <p>
        <strong>Verdict</strong> {headline}
      </p>
      <details className="meanings">
        <summary>The verdict in full</summary>
        {topics.map(({ topic, texts }) => (
          <div key={topic}>
            <h3>{HEADINGS[topic]}</h3>
            {texts.map((text) => (
              <p key={text}>{unbroken(text)}</p>
            ))}
          </div>
        ))}
      </details>
    </section>
  );
}

/** Keeps p-values and intervals on one line. */
function unbroken(text: string): string {
  return text.replace(/p ([<=]) /g, 'p\u00a0$1\u00a0').replace(/(\[\S+), /g, '$1,\u00a0');
}
