/**
 * `npm run bench`: our runtime beside transformers.js on the same weights, providers and prompts, the
 * cost of balanced over standard positions, and the time from toggle to answer. It asserts no time;
 * it fails only where the two do not give the same logits.
 */
import { fork } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';

/** Those that both run in Node. WebGPU is left out: in Node each brings another device of its own. */
const PROVIDERS = ['cpu', 'wasm'];
const MEASURE = fileURLToPath(new URL('measure.ts', import.meta.url));
/** Load for each core, from which on other work disturbs the figures. */
const BUSY = 0.25;

function providers(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !PROVIDERS.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is none of ${PROVIDERS.join(', ')}.`);
  return names;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

function describeMachine(): string {
  const cores = availableParallelism();
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cores} cores, ${memory} GiB, ${process.platform} ${process.arch}`;
  const disturbed =
    load > BUSY * cores ? `, load ${load.toFixed(1)}: other work disturbs the figures` : '';
  return `${machine}${disturbed}`;
}

/** A process for each provider: transformers.js takes one onnxruntime for good. */
function measure(provider: string, rounds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = fork(MEASURE, [provider, String(rounds)]);
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

const { ep, rounds } = new Command('npm run bench --')
  .description('measure our runtime beside transformers.js')
  .option('--ep <list>', `providers, of ${PROVIDERS.join(', ')}`, providers, PROVIDERS)
  .option('--rounds <n>', 'counted rounds of each measurement', wholeNumber, 15)
  .parse()
  .opts<{ ep: string[]; rounds: number }>();

console.log(describeMachine());
console.log('A pass encodes one picture and reads one prompt, to the logits of its last token.');
let same = true;
for (const provider of ep) same = (await measure(provider, rounds)) && same;
process.exitCode = same ? 0 : 1;
