import type { BiasMapSource } from '../../figures/bias-maps.ts';
import type { DiagnosisResult } from '../store/state.ts';

/** What the figures of a result say of their numbers. */
export function similaritySource(result: DiagnosisResult<'similarity'> | undefined): BiasMapSource {
  const manifest = result?.manifest;
  const common = { quantity: 'cosine with the caption', model: manifest?.model.name };
  if (result?.scope === 'bench') return { ...common, dataset: `“${result.samples[0]?.caption}”` };
  return {
    ...common,
    dataset: manifest?.dataset.name,
    groups: manifest?.groups,
    seed: manifest?.seed,
  };
}
