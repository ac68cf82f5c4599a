import type { ReactNode } from 'react';
import type { DiagnosisKind } from '../../protocol/diagnosis.ts';
import { MOST_GROUPS, LARGEST_SEED } from '../run/run-limits.ts';
import { WholeNumberField } from '../run/whole-number-field.tsx';
import { useActions, useWorkbench } from '../store/context.tsx';
import { diagnosisSettings, type MakeRequest } from '../store/diagnosis-actions.ts';
import { isActive, isBusy } from '../store/state.ts';
import { TAB_LABELS } from './tab-labels.ts';

interface DiagnosisControlsProps {
  kind: DiagnosisKind;
  /** What the bench's picture is to this diagnosis, like `the bench’s target`. */
  bench: string;
  /** The request, given what it is of. */
  request: MakeRequest;
  /** Why this model cannot be diagnosed so, as a sentence; it then cannot be started. */
  problem?: ReactNode;
  /** Settings of this kind alone. */
  children?: ReactNode;
}

/** What a diagnosis is run on, and the button that runs it; progress and Cancel are in the run bar. */
export function DiagnosisControls({
  kind,
  bench,
  request,
  problem,
  children,
}: DiagnosisControlsProps) {
  const settings = useWorkbench((state) => diagnosisSettings(state, kind));
  const own = useWorkbench((state) => state.ownPictures.length);
  const dataset = useWorkbench((state) => state.dataset?.name ?? 'emoji-probe');
  const live = useWorkbench((state) => state.model.phase === 'live');
  const busy = useWorkbench(isBusy);
  const diagnosis = useWorkbench((state) => state.diagnosis);
  const actions = useActions();
  const mine = diagnosis.kind === kind;
  const runs = mine && isActive(diagnosis);
  const name = TAB_LABELS[kind].toLowerCase();
  const { scope, groups, seed } = settings;
  return (
    <>
      <div className="diagnosis-controls">
        <fieldset disabled={runs}>
          <span>
            <span aria-hidden="true">Of </span>
            <select
              aria-label="Of what"
              value={scope === 'bench' ? 'bench' : settings.dataset}
              onChange={({ target: { value } }) =>
                actions.setDiagnosis(
                  kind,
                  value === 'bench'
                    ? { scope: 'bench' }
                    : { scope: 'groups', dataset: value === 'own' ? 'own' : 'embedded' },
                )
              }
            >
              <option value="bench">{bench}</option>
              <option value="embedded">{dataset}</option>
              <option value="own" disabled={own === 0}>
                own pictures ({own})
              </option>
            </select>
          </span>
          {scope === 'groups' && (
            <>
              <WholeNumberField
                label="Groups"
                value={groups}
                min={1}
                max={MOST_GROUPS}
                onChange={(value) => actions.setDiagnosis(kind, { groups: value })}
              />
              <WholeNumberField
                label="Seed"
                value={seed}
                min={0}
                max={LARGEST_SEED}
                onChange={(value) => actions.setDiagnosis(kind, { seed: value })}
              />
            </>
          )}
          {children}
        </fieldset>
        <button
          type="button"
          disabled={!live || (busy && !runs) || problem !== undefined}
          // Not dead while it runs: a dead button would drop the focus.
          aria-disabled={runs || undefined}
          onClick={() => void actions.diagnose(kind, request)}
        >
          {runs ? 'Running …' : `Run ${name}`}
        </button>
      </div>
      {problem !== undefined && <p className="diagnosis-failure">{problem}</p>}
      {mine && diagnosis.phase === 'failed' && (
        <p className="diagnosis-failure" role="alert">
          {diagnosis.failure}
        </p>
      )}
    </>
  );
}
