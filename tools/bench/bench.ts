/**
 * `npm run bench`: our runtime beside transformers.js on the same weights, providers and prompts, the
 * cost of balanced over standard positions, the time from toggle to answer, a perception map beside a
 * plain loop, and what information flow holds beside whole attention matrices. It asserts no time; it
 * fails only where the two do not give the same logits.
 */
import { fork } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { countFlowBytes } from './flow.ts';

/** Those that both run in Node. WebGPU is left out: in Node each brings another device of its own. */
const PROVIDERS = ['cpu', 'wasm'];
const MEASURE = fileURLToPath(new URL('measure.ts', import.meta.url));
/** Share of all cores that others may use before it has to be said. */
const BUSY = 0.05;

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
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${processor}, ${availableParallelism()} cores, ${memory} GiB, ${process.platform} ${process.arch}`;
}

/** Share of the cores' time that the rest of the machine uses, over one second of our own rest. */
async function busyShare(): Promise<number> {
  const before = cpuTimes();
  await sleep(1000);
  const after = cpuTimes();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

function cpuTimes(): { idle: number; all: number } {
  const times = cpus().map((core) => core.times);
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0),
  };
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
const busy = await busyShare();
if (busy > BUSY)
  console.log(
    `Other work uses ${Math.round(busy * 100)} % of the cores and disturbs these figures.`,
  );
console.log('A pass encodes one picture and reads one prompt, to the logits of its last token.');
console.log('A ratio above 1 means that our runtime is faster; / is time over time.');
let same = true;
for (const provider of ep) same = (await measure(provider, rounds)) && same;
await countFlowBytes();
process.exitCode = same ? 0 : 1;
