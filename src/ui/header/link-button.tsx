import { useState } from 'react';
import { useActions } from '../store/context.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 2000;

/** Copies an address that restores the page's settings; where that is forbidden, goes to it. */
export function LinkButton() {
  const { linkToHere, announce } = useActions();
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    const link = linkToHere(new URL(location.href));
    try {
      await navigator.clipboard.writeText(link);
      announce('The link is copied. It carries settings alone, no pictures and no results.');
      setCopied(true);
      setTimeout(() => setCopied(false), SAID_MS);
    } catch {
      // Without permission it can be taken from the address bar.
      history.replaceState(null, '', link);
      announce('The link is in the address bar. It carries settings alone.');
    }
  }
  return (
    <button
      type="button"
      className="quiet"
      aria-label="Copy a link to these settings"
      title="Model, groups, seed, positions and tab; no pictures, no results"
      onClick={() => void copy()}
    >
      <span className="wide">{copied ? 'Copied' : 'Link'}</span>
      <span className="narrow" aria-hidden="true">
        {copied ? '✓' : '↗'}
      </span>
    </button>
  );
}
