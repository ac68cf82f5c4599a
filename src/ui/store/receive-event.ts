import type { DiagnosisSamples } from '../../protocol/diagnosis.ts';
import type { WorkbenchEvent } from '../../protocol/workbench.ts';
import type { ProbeRecord } from '../../results/records.ts';
import type { WorkbenchState, WorkbenchStore } from './state.ts';

/** What the worker says of its own accord, written into the store. */
export function receiveEvent(store: WorkbenchStore, event: WorkbenchEvent): void {
  store.setState((state) => {
    switch (event.type) {
      case 'load-progress':
        return { model: { ...state.model, progress: event.progress } };
      case 'notice':
        return { notices: [...new Set([...state.notices, event.message])] };
      case 'run-kept':
        return keepRun(state, event);
      case 'run-not-kept':
        return {
          notices: [...new Set([...state.notices, event.message])],
          runs: { ...state.runs, lost: true },
        };
      case 'model':
        return {
          model: {
            phase: 'live',
            name: event.description.model,
            description: event.description,
          },
        };
      case 'model-failed':
        return { model: { phase: 'failed', name: state.model.name, failure: event.message } };
      case 'probe-progress':
        return { probe: { ...state.probe, progress: event.progress } };
      case 'probe-manifest':
        return { probe: { ...state.probe, manifest: event.manifest } };
      case 'probe-records':
        return addRecords(state, event.records);
      case 'diagnosis-progress':
        return { diagnosis: { ...state.diagnosis, progress: event.progress } };
      case 'diagnosis-manifest':
        return { diagnosis: { ...state.diagnosis, manifest: event.manifest } };
      case 'diagnosis-samples':
        return addSamples(state, event.found);
    }
  });
}

/** The second time for a run says that what could not be kept is kept now. */
function keepRun(
  { probe, diagnosis, runs }: WorkbenchState,
  { experiment, id }: Extract<WorkbenchEvent, { type: 'run-kept' }>,
): Partial<WorkbenchState> {
  const again = (experiment === 'probe' ? probe : diagnosis).kept === id;
  const whole = again ? { runs: { ...runs, lost: false } } : {};
  return experiment === 'probe'
    ? { probe: { ...probe, kept: id }, ...whole }
    : { diagnosis: { ...diagnosis, kept: id }, ...whole };
}

/** Samples go to the running diagnosis's result; with its first ones it takes the place of an older. */
function addSamples(
  { diagnosis, diagnosisResults }: WorkbenchState,
  { kind, samples }: DiagnosisSamples,
): Partial<WorkbenchState> {
  const { run, scope, bench, manifest, kept } = diagnosis;
  const before = diagnosisResults[kind];
  const earlier = before?.run === run ? before.samples : [];
  const result = {
    run,
    kept,
    scope: scope ?? 'groups',
    bench,
    manifest,
    samples: [...earlier, ...samples],
  };
  return { diagnosisResults: { ...diagnosisResults, [kind]: result } };
}

/** Records go to their run's result; with its first ones a run takes the place of what was shown. */
function addRecords(
  { probe, result, previous }: WorkbenchState,
  records: readonly ProbeRecord[],
): Partial<WorkbenchState> {
  const add = (to: readonly ProbeRecord[]) => ({
    source: 'run' as const,
    run: probe.run,
    kept: probe.kept,
    manifest: probe.manifest,
    records: [...to, ...records],
  });
  if (result.run === probe.run) return { result: add(result.records) };
  if (previous?.run === probe.run) return { previous: add(previous.records) };
  return { result: add([]), previous: result.records.length > 0 ? result : previous };
}
