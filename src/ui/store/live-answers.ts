/** Keeps the answers beside the bench up to date: asks only for what is not known yet, newest first. */
import { latestOnly } from '../../protocol/latest.ts';
import type { WorkbenchService } from '../../protocol/workbench.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { benchKey, benchPictures, type Bench, type WorkbenchStore } from './state.ts';

interface Wanted {
  readonly key: string;
  readonly bench: Bench;
  readonly strengths: readonly number[];
}

/** Watches the store and answers its bench through the workbench, until the page goes away. */
export function keepAnswering(
  store: WorkbenchStore,
  library: PictureLibrary,
  workbench: WorkbenchService,
): void {
  let failed = '';

  const ask = latestOnly(async ({ key, bench, strengths }: Wanted) => {
    const image = await library.grid(benchPictures(bench));
    const reply = await workbench.ask({ image, caption: bench.caption, strengths });
    store.setState(({ live }) => ({
      live: {
        key,
        answers: live?.key === key ? [...live.answers, ...reply.answers] : reply.answers,
        prompt: reply.prompt,
        encoded: reply.encoded,
        milliseconds: reply.milliseconds,
        encodings: (live?.encodings ?? 0) + (reply.encoded ? 1 : 0),
      },
    }));
    return 'answered';
  });

  const strip = latestOnly(async ({ bench, strength }: { bench: Bench; strength: number }) => {
    const image = await library.grid(benchPictures(bench));
    const { caption } = bench;
    store.setState({ strip: await workbench.positions({ image, caption, strength }) });
  });

  function refreshAnswers(): void {
    const { model, bench, strength, live } = store.getState();
    if (model.phase !== 'live' || bench === undefined) return;
    const key = benchKey(bench);
    const known = live?.key === key ? live.answers.map((answer) => answer.strength) : [];
    const strengths = [...new Set([0, 1, strength])].filter((wanted) => !known.includes(wanted));
    const attempt = JSON.stringify([key, strengths]);
    if (strengths.length === 0) return store.setState({ livePending: false });
    if (attempt === failed) return;
    store.setState({ livePending: true, liveFailure: undefined });
    ask({ key, bench, strengths }).then(
      // A request that a newer one replaced asks nothing: the newer one does.
      (outcome) => outcome === 'answered' && refreshAnswers(),
      (error: Error) => {
        failed = attempt;
        store.setState({ livePending: false, liveFailure: error.message });
      },
    );
  }

  function refreshStrip(): void {
    const { model, bench, strength } = store.getState();
    if (model.phase !== 'live' || bench === undefined) return;
    strip({ bench, strength }).catch(() => undefined);
  }

  store.subscribe((now, before) => {
    const loaded = now.model.phase === 'live' && before.model.phase !== 'live';
    if (loaded) failed = '';
    if (loaded || now.bench !== before.bench || now.strength !== before.strength) {
      refreshAnswers();
      refreshStrip();
    }
  });
}
