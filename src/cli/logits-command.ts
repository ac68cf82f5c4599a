/** `logits`: raw tensors in, raw tensors out, for comparisons with other runtimes. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { ComputeType } from '../models/compute.ts';
import type { Scheme } from '../results/records.ts';
import type { Provider } from '../runtime/engine.ts';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts';
import type { DType, HostTensor } from '../tensor/tensor.ts';
import { CommandError, runAction } from './failure.ts';
import { computeOption, NeededOption, PROVIDERS, schemeOption, typedOption } from './options.ts';
import { findModel, makeFolder } from './places.ts';

interface LogitsFlags {
  readonly model: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly scheme: Scheme;
  readonly ep: Provider;
  readonly compute: ComputeType;
}

const EXAMPLES = `
The inputs are named as Hugging Face's processors name them: input_ids and attention_mask
(int64), pixel_values (float32), image_sizes or image_grid_thw (int64) where the model has
them. The outputs are logits (float32, every position) and image_features.

Example:
  $ npm run --silent bapa -- logits --model emoji-llava --scheme balanced \\
      --inputs fixtures/golden/emoji-llava/probe/in.safetensors --outputs out/out.safetensors
`;

/** The command for commander. */
export function logitsCommand(): Command {
  return new Command('logits')
    .description('compute the logits of processed inputs under a position scheme')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .addOption(
      new NeededOption(
        '--inputs <file>',
        'safetensors with input_ids, attention_mask, pixel_values',
      ),
    )
    .addOption(new NeededOption('--outputs <file>', 'safetensors to write: logits, image_features'))
    .addOption(
      typedOption(
        '--scheme <scheme>',
        'standard, balanced or a strength from 0 to 1',
        schemeOption,
        'standard',
      ),
    )
    .addOption(new Option('--ep <provider>', 'what computes').choices(PROVIDERS).default('cpu'))
    .addOption(computeOption())
    .addHelpText('after', EXAMPLES)
    .action((flags: LogitsFlags) => runAction(() => logits(flags)));
}

async function logits(flags: LogitsFlags): Promise<void> {
  const tensors = await readInputs(flags.inputs);
  const inputs = {
    input_ids: take(tensors, 'input_ids', 'int64', flags.inputs),
    attention_mask: takeOptional(tensors, 'attention_mask', 'int64', flags.inputs),
    pictures: tensors,
  };
  const place = await findModel(flags.model);
  await makeFolder(dirname(flags.outputs), '--outputs');
  const { openEngine } = await import('../runtime/open-engine-node.ts');
  const { FolderSource } = await import('../runtime/folder-source.ts');
  const source = new FolderSource(place.folder);
  const { ep: provider, compute } = flags;
  const engine = await openEngine({ source, name: place.name, provider, compute });
  try {
    const result = await engine.computeLogits(inputs, flags.scheme.strength);
    const outputs = new Map<string, HostTensor>([['logits', result.logits]]);
    if (result.image_features) outputs.set('image_features', result.image_features);
    await writeFile(flags.outputs, writeSafetensors(outputs));
    for (const [name, { dtype, shape }] of outputs) {
      process.stdout.write(`${name}: ${dtype} [${shape.join(', ')}]\n`);
    }
    process.stdout.write(`Written to ${flags.outputs}\n`);
  } finally {
    await engine.dispose();
  }
}

async function readInputs(path: string): Promise<Map<string, HostTensor>> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new CommandError(`The file ${path} cannot be read (${error.message}). Check --inputs.`);
  });
  return readSafetensors(path, bytes);
}

function takeOptional<T extends DType>(
  tensors: ReadonlyMap<string, HostTensor>,
  name: string,
  dtype: T,
  path: string,
): HostTensor<T> | undefined {
  const tensor = tensors.get(name);
  if (!tensor) return undefined;
  if (tensor.dtype !== dtype) {
    throw new CommandError(
      `The tensor ${name} in ${path} should be ${dtype}, but is ${tensor.dtype}. Convert it.`,
    );
  }
  return tensor as HostTensor<T>;
}

function take<T extends DType>(
  tensors: ReadonlyMap<string, HostTensor>,
  name: string,
  dtype: T,
  path: string,
): HostTensor<T> {
  const tensor = takeOptional(tensors, name, dtype, path);
  if (tensor) return tensor;
  throw new CommandError(
    `The file ${path} should hold the tensor ${name}, but holds ${[...tensors.keys()].join(', ')}. Add it.`,
  );
}
