import { useEffect, useState } from 'react';
import type { ModelDescription } from '../../protocol/workbench.ts';
import { useWorkbench } from '../store/context.tsx';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

/** Precision, provider and adapter in a few words. */
export function describeModel(description: ModelDescription): string {
  const where =
    description.provider === 'webgpu' ? `WebGPU (${description.adapter})` : 'WASM on the CPU';
  return `${description.model} · ${where} · ${description.dtype}`;
}

export function Header({ onHelp }: { onHelp: () => void }) {
  const model = useWorkbench((state) => state.model);
  const phase = { starting: 'Starting', loading: 'Loading', live: 'Live', failed: 'Failed' }[
    model.phase
  ];
  return (
    <header className="header">
      <h1>BaPA Workbench</h1>
      <p className="header-model" data-phase={model.phase} data-testid="model-status">
        <span className="phase">{phase}</span>
        {model.description !== undefined && (
          <span title={model.description.adapter}>{describeModel(model.description)}</span>
        )}
      </p>
      <a href="data/emoji-probe/CREDITS.md" target="_blank" rel="noreferrer">
        Credits
      </a>
      <ThemeButton />
      <button type="button" className="quiet help" onClick={onHelp} aria-keyshortcuts="?">
        What am I looking at?
      </button>
    </header>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useEffect(() => applyTheme(theme), [theme]);
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" className="quiet theme" onClick={() => setTheme(next)}>
      {next === 'dark' ? 'Dark' : 'Light'}
    </button>
  );
}
