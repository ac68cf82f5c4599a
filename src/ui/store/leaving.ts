import { isActive, type WorkbenchState, type WorkbenchStore } from './state.ts';

/** Whether closing the page would lose something that a person put in or waited for. */
export function wouldLose({ ownPictures, probe, result, previous }: WorkbenchState): boolean {
  const ran = result.source === 'run' || previous?.source === 'run';
  return ownPictures.length > 0 || isActive(probe) || ran;
}

/** The browser asks before the page goes away while there is something to lose. */
export function warnBeforeLeaving(store: WorkbenchStore): void {
  addEventListener('beforeunload', (event) => {
    if (wouldLose(store.getState())) event.preventDefault();
  });
}
