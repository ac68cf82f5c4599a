/** The command line as a whole. */
import { Command } from 'commander';
import { compareCommand } from './compare-command.ts';
import { convertCommand } from './convert-command.ts';
import { flowCommand } from './flow-command.ts';
import { logitsCommand } from './logits-command.ts';
import { modelsCommand } from './models-command.ts';
import { checkNeeded, describeOption } from './options.ts';
import { perceptionCommand } from './perception-command.ts';
import { probeCommand } from './probe-command.ts';
import { reportCommand } from './report-command.ts';
import { rescoreCommand } from './rescore-command.ts';
import { similarityCommand } from './similarity-command.ts';
import { studyCommand } from './study-command.ts';
import { synthCommand } from './synth-command.ts';

const EXAMPLES = `
Examples:
  $ npm run --silent bapa -- probe --groups 60 --out out/probe
  $ npm run --silent bapa -- similarity --groups 60 --out out/similarity
  $ npm run --silent bapa -- logits --inputs fixtures/golden/emoji-llava/probe/in.safetensors \\
      --outputs out/out.safetensors
  $ npm run --silent bapa -- convert --dtype fp32 --out out/for-transformers-js
  $ npm run --silent bapa -- models
  $ npm run --silent bapa -- probe --help

BAPA_DEBUG=1 shows the trace of an error.
`;

/** Commander's own complaints, as one sentence. */
function writeComplaint(text: string, write: (text: string) => void): void {
  const words = text.replace(/^error: /, '').trim();
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/[^.)?]$/, '$&.');
  write(`${sentence.replaceAll('\n', ' ')} Add --help to see what can be given.\n`);
}

/** Every command with its help. */
export function program(): Command {
  const root = new Command('bapa')
    .description(
      'Measure where in a picture a vision-language model looks away, without a browser.',
    )
    .configureOutput({ outputError: writeComplaint })
    .configureHelp({ optionDescription: describeOption })
    .hook('preAction', (_, command) => checkNeeded(command))
    .addHelpText('after', EXAMPLES);
  const commands = [
    probeCommand(),
    perceptionCommand(),
    similarityCommand(),
    flowCommand(),
    compareCommand(),
    reportCommand(),
    studyCommand(),
    rescoreCommand(),
    logitsCommand(),
    convertCommand(),
    synthCommand(),
    modelsCommand(),
  ];
  for (const command of commands) {
    root.addCommand(command.copyInheritedSettings(root));
  }
  return root;
}
