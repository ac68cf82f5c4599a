import type { BiasMapSource } from '../../figures/bias-maps.ts';
import type { DiagnosisKind } from '../../protocol/diagnosis.ts';
import type { DiagnosisResult } from '../store/state.ts';

/** What the figures of a result say of where their numbers come from; the bench has no groups. */
export function diagnosisSource<Kind extends DiagnosisKind>(
  result: DiagnosisResult<Kind> | undefined,
): Omit<BiasMapSource, 'quantity'> {
  const manifest = result?.manifest;
  const model = manifest?.model.name;
  if (result?.scope === 'bench') return { model, dataset: `“${result.bench?.caption ?? ''}”` };
  return {
    model,
    dataset: manifest?.dataset.name,
    groups: manifest?.groups,
    seed: manifest?.seed,
  };
}
