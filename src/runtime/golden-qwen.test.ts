import { describeFamily, type GoldenRow } from './testing/family-goldens.ts';

const FAMILIES: readonly GoldenRow[] = [
  { name: 'tiny-qwen2-vl', webgpu: ['right-padded'] },
  { name: 'tiny-qwen2.5-vl', webgpu: ['right-padded'] },
];

FAMILIES.forEach(describeFamily);
