import { useSyncExternalStore } from 'react';
import { DARK, LIGHT, type FigureTheme } from '../../figures/theme.ts';

/** The theme of figures that stand on the page: that of the page. */
export function useFigureTheme(): FigureTheme {
  return useSyncExternalStore(watchTheme, pageTheme);
}

function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

function pageTheme(): FigureTheme {
  return document.documentElement.dataset.theme === 'dark' ? DARK : LIGHT;
}
