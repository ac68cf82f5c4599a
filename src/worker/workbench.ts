import { loadEmojiProbe } from '../data/emoji-probe.ts';
import type { ProbeDataset } from '../data/dataset.ts';
import { RunStore } from '../kept/run-store.ts';
import type { Listener } from '../protocol/server.ts';
import type { AskReply, LoadRequest, WorkbenchService } from '../protocol/workbench.ts';
import type { Answer } from '../runtime/engine.ts';
import { UrlSource } from '../runtime/url-source.ts';
import { DiagnosisRun } from './diagnosis-run.ts';
import { EngineHost, type OpenedEngine } from './engine-host.ts';
import { LiveFirst } from './live-first.ts';
import { describeMachine, removeKeptModel } from './model-places.ts';
import { ProbeRun } from './probe-run.ts';
import type { OpenRuns } from './run-keeper.ts';

/** Answers to free questions stop after this many tokens. */
const MOST_NEW_TOKENS = 24;

/** The page's folder, from where the worker's own script stands (`assets/` in the build, `src/` before). */
const PAGE = new URL('../', self.location.href);

/** The workbench on a real engine. `emit` tells the page what happens on its own accord. */
export function createWorkbench(emit: Listener): WorkbenchService {
  const host = new EngineHost(emit, new URL('ort/', PAGE).href);
  const liveFirst = new LiveFirst();
  let request: LoadRequest | undefined;
  let dataset: Promise<ProbeDataset> | undefined;
  const openRuns = keepOpen();
  let probe: ProbeRun | undefined;
  let diagnosis: DiagnosisRun | undefined;

  /** @throws a sentence while there is no data set, or something runs already */
  function readyToRun(): Promise<ProbeDataset> {
    if (probe !== undefined || diagnosis !== undefined) {
      const what = probe === undefined ? 'diagnosis' : 'probe';
      throw new Error(`A ${what} runs already. Cancel it, or wait until it is finished.`);
    }
    if (dataset === undefined) {
      throw new Error('No model is loaded yet. Wait until it is, or press Retry.');
    }
    return dataset;
  }

  return {
    async load(next) {
      request = next;
      const source = new UrlSource(next.datasetUrl);
      dataset = loadEmojiProbe((file) => source.read(file));
      const [description] = await Promise.all([host.load(next), dataset]);
      return description;
    },
    async cancelLoad() {
      host.cancel();
    },
    machine: (provider) => describeMachine(provider),
    async removeKept(entry) {
      if (host.entry === entry)
        throw new Error('This model runs just now. Load another one, and remove it then.');
      await removeKeptModel(entry);
    },
    ask({ image, caption, strengths }) {
      const work = async ({ engine, live }: OpenedEngine): Promise<AskReply> => {
        const reply = await live.ask({ image, caption, strengths });
        return {
          answers: reply.answers.map((answer, at) => plain(answer, strengths[at]!)),
          encoded: reply.encoded,
          milliseconds: reply.milliseconds,
          prompt: engine.renderPrompt(reply.prompt),
        };
      };
      return liveFirst.live(() => host.withEngine(work));
    },
    name({ image, question, strengths }) {
      const work = async ({ engine, live }: OpenedEngine): Promise<AskReply> => {
        const start = performance.now();
        const replies = [];
        for (const strength of strengths) {
          const options = { image, text: question, strength, maxNewTokens: MOST_NEW_TOKENS };
          replies.push(await live.generate(options));
        }
        return {
          answers: replies.map(({ answers }, at) => plain(answers[0]!, strengths[at]!)),
          encoded: replies.some(({ encoded }) => encoded),
          milliseconds: performance.now() - start,
          prompt: engine.renderPrompt(question),
        };
      };
      return liveFirst.live(() => host.withEngine(work));
    },
    positions({ image, caption, strength }) {
      const work = async ({ live }: OpenedEngine) => {
        const { kinds, positions, tokens } = await live.positions({ image, caption, strength });
        return { strength, kinds, positions: positions.slice(0, kinds.length), tokens };
      };
      return liveFirst.live(() => host.withEngine(work));
    },
    async startProbe(asked) {
      const pictures = readyToRun();
      probe = new ProbeRun(host, emit, liveFirst, openRuns);
      try {
        return await probe.run(asked, await pictures);
      } finally {
        probe = undefined;
      }
    },
    async pauseProbe() {
      await probe?.pause();
    },
    async resumeProbe() {
      probe?.resume();
    },
    async cancelProbe() {
      probe?.cancel();
    },
    async runDiagnosis(asked, resume) {
      const pictures = readyToRun();
      diagnosis = new DiagnosisRun(host, emit, liveFirst, openRuns);
      try {
        return await diagnosis.run(asked, await pictures, resume);
      } finally {
        diagnosis = undefined;
      }
    },
    async cancelDiagnosis() {
      diagnosis?.cancel();
    },
    async loseDevice() {
      if (request?.mayLoseDevice !== true) {
        throw new Error('The device can be taken away only where the address has ?lose-device.');
      }
      const { engine } = await host.current();
      engine.destroyDevice();
    },
  };
}

/** Opens the store of runs when it is needed first, and again where it was taken away. */
function keepOpen(): OpenRuns {
  let open: Promise<RunStore> | undefined;
  return () => {
    open ??= RunStore.open(() => (open = undefined));
    open.catch(() => (open = undefined));
    return open;
  };
}

function plain({ output, margin, decoded }: Answer, strength: number) {
  return { strength, output, margin, decoded };
}
