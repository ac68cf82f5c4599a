export type Theme = 'light' | 'dark';

const KEY = 'bapa-theme';

/** The theme chosen before, else the system's. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored === 'light' || stored === 'dark') return stored;
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Shows a theme; remembers it where it differs from the system's. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  try {
    if (theme === system) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // See storedTheme.
  }
}
