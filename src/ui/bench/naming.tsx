import { CELLS } from '../../results/records.ts';
import { useActions, useWorkbench } from '../store/context.tsx';
import { benchKey, cellName } from '../store/state.ts';

const PICTURE_QUESTION = 'What is in the picture?';

/** Free questions about the picture; the raw output is shown as it came. */
export function Naming() {
  const naming = useWorkbench((state) => state.naming);
  const bench = useWorkbench((state) => state.bench)!;
  const live = useWorkbench((state) => state.model.phase === 'live');
  const actions = useActions();
  const questions = [
    PICTURE_QUESTION,
    ...CELLS.map((cell) => `What is in the ${cellName(cell)} cell?`),
  ];
  const stale = naming.key !== undefined && naming.key !== benchKey(bench);
  return (
    <form
      className="naming"
      data-testid="naming"
      onSubmit={(event) => {
        event.preventDefault();
        void actions.ask(naming.question);
      }}
    >
      <input
        type="text"
        list="naming-questions"
        aria-label="Question about the picture"
        value={naming.question}
        maxLength={300}
        onChange={(event) => actions.setQuestion(event.target.value)}
      />
      <datalist id="naming-questions">
        {questions.map((question) => (
          <option key={question} value={question} />
        ))}
      </datalist>
      <button
        type="button"
        onClick={() => actions.setQuestion(`What is in the ${cellName(CELLS[bench.cell]!)} cell?`)}
      >
        Target&rsquo;s cell
      </button>
      <button type="submit" disabled={!live || naming.pending || naming.question.trim() === ''}>
        {naming.pending ? 'Asking …' : 'Ask'}
      </button>
      <p className="naming-answer hint" data-stale={stale || undefined} aria-live="polite">
        {naming.failure ??
          naming.answers
            ?.filter(({ strength }) => strength === 0 || strength === 1)
            .map(({ strength, output }) => (
              <span key={strength}>
                {strength === 0 ? 'standard' : 'balanced'}: <q>{output}</q>
              </span>
            )) ??
          'The model names things too: its raw output appears here.'}
      </p>
    </form>
  );
}
