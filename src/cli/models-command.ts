/** `models`: what models.json lists, as a table. */
import { Command } from 'commander';
import { FORMATS, gigabytes, type CatalogueModel } from '../protocol/catalogue.ts';
import { runAction } from './failure.ts';
import { knownModels } from './places.ts';

const NOTES = `
download: the checkpoint as published. fp32, fp16, q8, q4: weights after conversion, and in brackets
the GPU memory that they take together with one run (a grid picture and its question, as many tokens
as the row says). A gated model needs an account that accepted its licence, and that account's token.

Example:
  $ npm run --silent bapa -- models
`;

/** The command for commander. */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the known models: sizes in each format, GPU memory, licence')
    .addHelpText('after', NOTES)
    .action(() => runAction(listModels));
}

async function listModels(): Promise<void> {
  const models = await knownModels();
  const header = ['model', 'family', 'download', 'tokens', ...FORMATS, 'licence'];
  process.stdout.write(table([header, ...models.map(row)]));
}

function row(model: CatalogueModel): string[] {
  const { id, family, checkpoint, run, formats, licence, gated } = model;
  return [
    id,
    family,
    model.path === null ? gigabytes(checkpoint.bytes) : 'included',
    String(run.tokens),
    ...FORMATS.map((format) => {
      const size = formats[format];
      return size ? `${gigabytes(size.bytes)} (${gigabytes(size.gpuMemory)})` : '-';
    }),
    gated ? `${licence}, gated` : licence,
  ];
}

/** Columns as wide as their longest cell, two spaces between them. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length)),
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
