import { parseAnswer } from '../../results/parse-answer.ts';
import type { LiveAnswer } from '../../protocol/workbench.ts';
import { schemeOf } from '../../results/scheme.ts';
import { duration } from '../../results/duration.ts';
import { signed } from '../format.ts';
import { SchemeSwitch } from '../setup/scheme-switch.tsx';
import { useWorkbench } from '../store/context.tsx';
import { benchKey } from '../store/state.ts';
import { axisEnd, barGeometry } from './margin-axis.ts';

/** Answer and margin under standard, the slider's strength and balanced, on one axis. */
export function AnswerRows() {
  const bench = useWorkbench((state) => state.bench)!;
  const live = useWorkbench((state) => state.live);
  const strength = useWorkbench((state) => state.strength);
  const failure = useWorkbench((state) => state.liveFailure);
  const phase = useWorkbench((state) => state.model.phase);
  const strengths = [...new Set([0, strength, 1])].sort((a, b) => a - b);
  const answers = strengths.map((wanted) =>
    live?.answers.find((answer) => answer.strength === wanted),
  );
  const end = axisEnd(answers.flatMap((answer) => (answer ? [answer.margin] : [])));
  const current = live !== undefined && live.key === benchKey(bench);
  return (
    <div className="answers" data-testid="answers" data-stale={!current || undefined}>
      <SchemeSwitch name="bench-scheme" />
      {strengths.map((wanted, row) => (
        <AnswerRow
          key={wanted}
          strength={wanted}
          answer={answers[row]}
          end={end}
          active={wanted === strength}
        />
      ))}
      <div className="axis" aria-hidden="true">
        <span>{signed(-end, 0)} No</span>
        <span>0</span>
        <span>Yes {signed(end, 0)}</span>
      </div>
      {strengths.length === 2 && (
        <p className="answer-place hint">The slider&rsquo;s strength gets a row of its own here.</p>
      )}
      <p className="hint" data-testid="encoding">
        {failure !== undefined
          ? failure
          : live === undefined
            ? phase === 'live'
              ? 'Asking …'
              : 'Answers appear when the model is loaded.'
            : `${current ? '' : 'updating … '}${duration(live.milliseconds)} · picture encoded: ${live.encoded ? 'yes' : 'no (cached)'} · ${live.encodings} encoded so far`}
      </p>
    </div>
  );
}

interface AnswerRowProps {
  strength: number;
  answer: LiveAnswer | undefined;
  end: number;
  active: boolean;
}

function AnswerRow({ strength, answer, end, active }: AnswerRowProps) {
  const { label } = schemeOf(strength);
  const name = strength === 0 || strength === 1 ? label : `strength ${strength.toFixed(2)}`;
  const bar = answer && barGeometry(answer.margin, end);
  return (
    <div
      className="answer"
      data-scheme={label}
      data-active={active || undefined}
      data-margin={answer?.margin}
    >
      <span className="answer-name">{name}</span>
      <span className="answer-word" title={answer?.output}>
        {answer === undefined ? '–' : (parseAnswer(answer.output) ?? `“${answer.output}”`)}
      </span>
      <span className="bar" aria-hidden="true">
        {bar && (
          <span
            className="bar-fill"
            style={{ left: `${bar.left}%`, width: `max(1px, ${bar.width}%)` }}
          />
        )}
      </span>
      <span className="answer-margin">{answer === undefined ? '' : signed(answer.margin, 2)}</span>
    </div>
  );
}
