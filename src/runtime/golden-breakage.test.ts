/**
 * What a family is about, broken one part at a time: the comparison with the goldens has to notice.
 * A row is a golden case and the config fields that break it.
 */
import { describe, expect, test } from 'vitest';
import { openEngine } from './open-engine-node.ts';
import { FolderSource } from './folder-source.ts';
import { changedConfig } from './testing/golden-source.ts';
import { goldenDifferences, readGolden, TOLERANCE } from './testing/golden.ts';

interface Breakage {
  readonly part: string;
  readonly golden: string;
  readonly change: Readonly<Record<string, unknown>>;
  /** Whether the image features notice, or the decoder alone. */
  readonly features: boolean;
}

function sections(theta: number, mrope_section: readonly number[]) {
  return { text_config: { rope_parameters: { rope_theta: theta, mrope_section } } };
}

const BREAKAGES: readonly Breakage[] = [
  {
    part: 'M-RoPE sections, height for time',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: sections(60, [5, 4, 3]),
    features: false,
  },
  {
    part: 'M-RoPE sections, height for width',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: sections(60, [3, 5, 4]),
    features: false,
  },
  {
    part: 'M-RoPE sections of Qwen2-VL',
    golden: 'tiny-qwen2-vl/two-images',
    change: sections(40, [2, 1, 1]),
    features: false,
  },
  {
    part: 'M-RoPE left out: one axis',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: sections(60, [12, 0, 0]),
    features: false,
  },
  {
    part: 'windows left out',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: { vision_config: { fullatt_block_indexes: [0, 1, 2, 3] } },
    features: true,
  },
  {
    part: 'layers that see everything left out',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: { vision_config: { fullatt_block_indexes: [] } },
    features: true,
  },
  {
    part: 'windows of another size',
    golden: 'tiny-qwen2.5-vl/two-images',
    change: { vision_config: { window_size: 8 } },
    features: true,
  },
  {
    part: 'rotation of patches',
    golden: 'tiny-qwen2-vl/two-images',
    change: { vision_config: { rope_parameters: { rope_theta: 100 } } },
    features: true,
  },
  {
    part: 'activation of the tower',
    golden: 'tiny-qwen2-vl/two-images',
    change: { vision_config: { hidden_act: 'gelu' } },
    features: true,
  },
  {
    part: 'window left out',
    golden: 'tiny-llava-next-mistral/two-images',
    change: { text_config: { sliding_window: null } },
    features: false,
  },
  {
    part: 'a window of one token more',
    golden: 'tiny-llava-next-mistral/two-images',
    change: { text_config: { sliding_window: 12 } },
    features: false,
  },
  {
    part: 'a window of one token less',
    golden: 'tiny-llava-next-mistral/two-images',
    change: { text_config: { sliding_window: 10 } },
    features: false,
  },
  {
    part: 'rope scaling of Llama 3 left out',
    golden: 'tiny-llava-next-llama3/two-images',
    change: { text_config: { rope_parameters: { rope_type: 'default', rope_theta: 500 } } },
    features: false,
  },
  {
    part: 'rope scaling of Llama 3, all waves divided',
    golden: 'tiny-llava-next-llama3/two-images',
    change: {
      text_config: { rope_parameters: { rope_type: 'linear', rope_theta: 500, factor: 8 } },
    },
    features: false,
  },
  {
    part: 'linear rope scaling left out',
    golden: 'tiny-llava-1.5-vicuna/two-images',
    change: { text_config: { rope_parameters: { rope_type: 'default', rope_theta: 100 } } },
    features: false,
  },
  {
    part: 'the last layer of CLIP',
    golden: 'tiny-llava-next-llama3/two-images',
    change: { vision_feature_layer: -1 },
    features: true,
  },
];

describe.each(BREAKAGES)('$golden: $part', ({ golden, change, features }) => {
  test('the comparison fails', async () => {
    const name = golden.split('/')[0]!;
    const source = await changedConfig(new FolderSource(`fixtures/${name}`), change);
    const engine = await openEngine({ source, name, provider: 'cpu' });
    try {
      const differences = await goldenDifferences(engine, await readGolden(golden), 'standard', 0);
      expect(differences.logits).toBeGreaterThan(10 * TOLERANCE);
      if (features) expect(differences.features).toBeGreaterThan(10 * TOLERANCE);
      else expect(differences.features).toBeLessThan(TOLERANCE);
    } finally {
      await engine.dispose();
    }
  });
});
