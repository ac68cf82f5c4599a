import { afterAll, beforeAll, describe, test } from 'vitest';
import { FolderSource } from './folder-source.ts';
import type { RuntimeEngine } from './model-engine.ts';
import { openEngine } from './open-engine-node.ts';
import { expectFlow, readAttention } from './testing/golden-flow.ts';
import { expectGolden, readGolden, SCHEMES } from './testing/golden.ts';
import { describeProviders } from './testing/providers.ts';

/** A tiny random LLaVA on each provider: padding on either side, several images in a row. */
describeProviders('tiny-llava on %s', (provider) => {
  let engine: RuntimeEngine;

  beforeAll(async () => {
    const source = new FolderSource('fixtures/tiny-llava');
    engine = await openEngine({ source, name: 'tiny-llava', provider });
  });

  afterAll(async () => {
    await engine?.dispose();
  });

  describe.each(['right-padded', 'left-padded', 'two-images', 'adjacent-images'])('%s', (name) => {
    test.each(SCHEMES)(
      'logits under %s positions equal the reference',
      async (scheme, strength) => {
        await expectGolden(engine, await readGolden(`tiny-llava/${name}`), scheme, strength);
      },
    );

    test.skipIf(provider === 'webgpu').each(SCHEMES)(
      'attention under %s positions equals the reference',
      async (scheme, strength) => {
        const path = `tiny-llava/${name}`;
        const [golden, attention] = [await readGolden(path), await readAttention(path)];
        const flowOf = engine.computeFlow.bind(engine);
        await expectFlow(flowOf, golden, attention, scheme, strength);
      },
    );
  });
});
