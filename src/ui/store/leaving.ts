import { isBusy, type WorkbenchState, type WorkbenchStore } from './state.ts';

/** Whether closing the page would lose something that a person put in or waited for. */
export function wouldLose(state: WorkbenchState): boolean {
  const { ownPictures, result, previous, diagnosisResults, runs } = state;
  const isLost = (shown: { readonly kept?: string | undefined }) =>
    shown.kept === undefined || runs.lost;
  const ran = [result, previous].some((shown) => shown?.source === 'run' && isLost(shown));
  const diagnosed = Object.values(diagnosisResults).some(
    (shown) => shown.source !== 'precomputed' && isLost(shown),
  );
  return ownPictures.length > 0 || isBusy(state) || ran || diagnosed;
}

/** The browser asks before the page goes away while there is something to lose. */
export function warnBeforeLeaving(store: WorkbenchStore): void {
  addEventListener('beforeunload', (event) => {
    if (wouldLose(store.getState())) event.preventDefault();
  });
}
