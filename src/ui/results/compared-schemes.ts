import type { Scheme } from '../../results/records.ts';
import { BALANCED, schemeOf, STANDARD } from '../../results/scheme.ts';
import { useWorkbench } from '../store/context.tsx';

/** Standard positions and those of the slider, or balanced ones where it stands at standard. */
export function useComparedSchemes(): Scheme[] {
  const strength = useWorkbench((state) => state.strength);
  return [STANDARD, strength === 0 ? BALANCED : schemeOf(strength)];
}
