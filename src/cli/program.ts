/** The command line as a whole. */
import { Command } from 'commander';
import { exportCommand } from './export-command.ts';
import { logitsCommand } from './logits-command.ts';
import { probeCommand } from './probe-command.ts';

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- probe --groups 60 --out out/probe
  $ npm run --silent bapa -- logits --inputs in.safetensors --outputs out.safetensors
  $ npm run --silent bapa -- export --out out/emoji-llava-onnx
  $ npm run --silent bapa -- probe --help

BAPA_DEBUG=1 shows the trace of an error.
`;

/** Every command with its help. */
export function program(): Command {
  return new Command('bapa')
    .description(
      'Measure where in a picture a vision-language model looks away, without a browser.',
    )
    .addCommand(probeCommand())
    .addCommand(logitsCommand())
    .addCommand(exportCommand())
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for the options)');
}
