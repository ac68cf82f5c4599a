import { describeFamily, type GoldenRow } from './testing/family-goldens.ts';

const FAMILIES: readonly GoldenRow[] = [
  { name: 'tiny-llava-1.5-vicuna', webgpu: ['right-padded'] },
  { name: 'tiny-llava-next-llama3', webgpu: ['left-padded'] },
  { name: 'tiny-llava-next-mistral', webgpu: ['right-padded'] },
];

FAMILIES.forEach(describeFamily);
