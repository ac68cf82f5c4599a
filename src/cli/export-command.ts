/** `export`: a model folder that transformers.js loads as it is. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { openCheckpoint } from '../models/checkpoint.ts';
import { exportForTransformersJs } from '../models/transformers-js-export.ts';
import { FolderSource } from '../runtime/folder-source.ts';
import { runAction } from './failure.ts';
import { NeededOption } from './options.ts';
import { findModel, makeFolder } from './places.ts';

interface ExportFlags {
  readonly model: string;
  readonly out: string;
}

const EXAMPLES = `
Example:
  $ npm run --silent bapa -- export --model emoji-llava --out out/emoji-llava-onnx
`;

/** The command for commander. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the ONNX graphs and files that transformers.js loads')
    .option('--model <id or folder>', 'a model of models.json, or a model folder', 'emoji-llava')
    .addOption(new NeededOption('--out <folder>', 'where to write'))
    .addHelpText('after', EXAMPLES)
    .action((flags: ExportFlags) => runAction(() => exportModel(flags)));
}

async function exportModel(flags: ExportFlags): Promise<void> {
  const place = await findModel(flags.model);
  await makeFolder(flags.out, '--out');
  const checkpoint = await openCheckpoint(new FolderSource(place.folder));
  for (const [path, bytes] of await exportForTransformersJs(checkpoint)) {
    const target = join(flags.out, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    process.stdout.write(`${path}  ${bytes.byteLength} bytes\n`);
  }
  process.stdout.write(`Written to ${flags.out}\n`);
}
