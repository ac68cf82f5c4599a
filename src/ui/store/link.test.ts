import { describe, expect, it } from 'vitest';
import { linkedState, linkTo } from './link.ts';
import { createWorkbenchStore, type WorkbenchState } from './state.ts';

const PAGE = new URL('https://example.org/bapa/?ep=wasm#top');

function state(part: Partial<WorkbenchState>): WorkbenchState {
  return { ...createWorkbenchStore().getState(), ...part };
}

const CHANGED = state({
  model: { phase: 'loading', name: 'Qwen/Qwen2-VL-2B-Instruct' },
  run: { dataset: 'own', groups: 33, seed: 0, withStrength: true },
  strength: 0.35,
  benchSeed: 4,
  bench: { target: 'a', distractors: [], cell: 7, caption: 'a secret' },
  resultTab: 'flow',
});

describe('a link', () => {
  it('restores what it was made of', () => {
    const link = new URL(linkTo(PAGE, CHANGED));
    expect(linkedState(link)).toEqual({
      model: 'Qwen/Qwen2-VL-2B-Instruct',
      groups: 33,
      seed: 0,
      withStrength: true,
      strength: 0.35,
      group: 4,
      cell: 7,
      tab: 'flow',
    });
    expect(link.origin + link.pathname).toBe('https://example.org/bapa/');
    expect(link.searchParams.get('ep')).toBe('wasm');
    expect(link.hash).toBe('');
  });

  it('carries no caption and no name of a picture', () => {
    expect(linkTo(PAGE, CHANGED)).not.toMatch(/secret|target=/);
  });

  it('leaves out what an earlier link asked for and no longer holds', () => {
    const later = new URL(linkTo(new URL(linkTo(PAGE, CHANGED)), state({ strength: 1 })));
    expect(linkedState(later)).toEqual({
      groups: 20,
      seed: 7,
      strength: 1,
      group: 1,
      tab: 'probe',
    });
  });

  it.each([
    'groups=0&seed=-1&strength=2&group=1.5&cell=middle&tab=nothing&sweep=no',
    'groups=1e3&seed=&strength=&group=0&cell=&tab=',
    'groups=100000&strength=abc',
    '',
  ])('reads nothing from %s', (query) => {
    expect(linkedState(new URL(`https://example.org/?${query}`))).toEqual({});
  });
});
