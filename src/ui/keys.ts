import { useEffect } from 'react';
import { GRID_STEPS } from './grid-steps.ts';
import { useActions } from './store/context.tsx';

/** Every key with what it does, as the help lists them. */
export const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['← ↑ → ↓', 'move the target to the next cell; inside a grid, go from cell to cell'],
  ['t', 'bring the target to the focused cell of the picture'],
  ['b', 'switch between standard and balanced positions'],
  ['Space', 'run the probe, pause it, let it go on'],
  ['Enter', 'change the picture of the focused cell, or open its items in the results'],
  ['Esc', 'close what is open'],
  ['?', 'show this help'],
];

/** Whether what has the focus needs this key itself: text fields all, sliders and switches some. */
function keepsItsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog, textarea, select') !== null) return true;
  const ownKeys = key in GRID_STEPS || key === ' ';
  if (target.matches('[type=range], [type=radio], [type=checkbox]')) return ownKeys;
  if (target.closest('input') !== null) return true;
  return key in GRID_STEPS && target.closest('[data-own-keys]') !== null;
}

/** The page's keys. A button keeps the space bar, which presses it. */
export function useKeys({ help }: { help: () => void }): void {
  const actions = useActions();
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const inDialog = event.target instanceof Element && event.target.closest('dialog') !== null;
      if (event.key === 'Escape' && !inDialog) return actions.openCell(undefined);
      if (keepsItsKey(event.target, event.key)) return;
      const step = GRID_STEPS[event.key];
      if (step !== undefined) actions.stepTarget(...step);
      else if (event.key === 'b') actions.toggleBalanced();
      else if (event.key === '?') help();
      else if (event.key === ' ') {
        const onButton =
          event.target instanceof Element && event.target.closest('button, a, summary');
        if (onButton) return;
        actions.runOrPause();
      } else return;
      event.preventDefault();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [actions, help]);
}
