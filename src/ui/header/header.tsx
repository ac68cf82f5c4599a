import { useEffect, useState } from 'react';
import type { ModelDescription } from '../../protocol/workbench.ts';
import { useWorkbench } from '../store/context.tsx';
import { LinkButton } from './link-button.tsx';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

/** Where a model runs, in a few words. */
export function describePlace({ provider, adapter }: ModelDescription): string {
  return provider === 'webgpu' ? `WebGPU (${adapter})` : 'WASM on the CPU';
}

/** How a model's weights are stored and what it computes in, in one word where that is the same. */
export function describeNumbers({ dtype, compute }: ModelDescription): string {
  return dtype === compute ? dtype : `${dtype} in ${compute}`;
}

const PHASES = {
  starting: ['Starting', 'The page is being prepared.'],
  loading: ['Loading', 'The model is being loaded; the bench and the last result work already.'],
  live: ['Live', 'The model is loaded and answers in this tab.'],
  failed: ['Failed', 'The model could not be loaded; the setup panel says why.'],
} as const;

interface HeaderProps {
  onHelp: () => void;
  onCredits: () => void;
  onRuns: () => void;
}

export function Header({ onHelp, onCredits, onRuns }: HeaderProps) {
  const { phase, description } = useWorkbench((state) => state.model);
  const [word, meaning] = PHASES[phase];
  return (
    <header className="header">
      <h1>
        BaPA<span className="wide"> Workbench</span>
      </h1>
      <p className="header-model" data-phase={phase} data-testid="model-status">
        <span className="phase" title={meaning}>
          {word}
        </span>
        {description !== undefined && (
          <span
            title={`${description.adapter}; weights as ${description.dtype}, computing in ${description.compute}`}
          >
            {description.model} · {describePlace(description)} · {describeNumbers(description)}
          </span>
        )}
      </p>
      <button type="button" className="quiet" onClick={onRuns}>
        Runs
      </button>
      <button type="button" className="quiet" aria-label="Credits" onClick={onCredits}>
        <span className="wide">Credits</span>
        <span className="narrow" aria-hidden="true">
          ©
        </span>
      </button>
      <LinkButton />
      <ThemeButton />
      <button
        type="button"
        className="quiet help"
        aria-label="What am I looking at?"
        aria-keyshortcuts="?"
        onClick={onHelp}
      >
        <span className="wide">What am I looking at?</span>
        <span className="narrow" aria-hidden="true">
          ?
        </span>
      </button>
    </header>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useEffect(() => applyTheme(theme), [theme]);
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="quiet theme"
      aria-label={`Switch to the ${next} theme`}
      onClick={() => setTheme(next)}
    >
      <span className="wide">{next === 'dark' ? 'Dark theme' : 'Light theme'}</span>
      <span className="narrow" aria-hidden="true">
        ◐
      </span>
    </button>
  );
}
