import { describeFamily, type GoldenRow } from './testing/family-goldens.ts';

const FAMILIES: readonly GoldenRow[] = [
  { name: 'tiny-gemma3', webgpu: ['right-padded'], webgpuLong: ['two-images'] },
];

FAMILIES.forEach(describeFamily);
