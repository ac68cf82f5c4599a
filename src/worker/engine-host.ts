/** Holds the one engine of the tab: opens it, falls back to WASM, opens it again after a lost device. */
import { LiveProbe } from '../experiments/live.ts';
import type { Listener } from '../protocol/server.ts';
import type { LoadRequest, ModelDescription } from '../protocol/workbench.ts';
import { NoWebGpuError } from '../runtime/device.ts';
import { DeviceLostError } from '../runtime/engine.ts';
import type { RuntimeEngine } from '../runtime/model-engine.ts';
import { openEngine } from '../runtime/open-engine-web.ts';
import { UrlSource } from '../runtime/url-source.ts';
import { DownloadMeter } from './download-meter.ts';

export interface OpenedEngine {
  readonly engine: RuntimeEngine;
  readonly live: LiveProbe;
  readonly description: ModelDescription;
}

interface Loaded {
  readonly request: LoadRequest;
  readonly source: UrlSource;
  opened: Promise<OpenedEngine>;
}

export class EngineHost {
  private loaded: Loaded | undefined;
  private loading: AbortController | undefined;

  constructor(
    private readonly emit: Listener,
    /** Absolute URL of the folder with onnxruntime's wasm files. */
    private readonly ortFolder: string,
  ) {}

  /** Opens a model; an earlier one is released. Rejects with a sentence. */
  async load(request: LoadRequest): Promise<ModelDescription> {
    const before = this.loaded;
    this.loaded = undefined;
    await before?.opened.then(release, () => undefined);
    const controller = new AbortController();
    this.loading = controller;
    const meter = new DownloadMeter((progress) => this.emit({ type: 'load-progress', progress }));
    const source = new UrlSource(request.modelUrl, {
      signal: controller.signal,
      onProgress: (progress) => meter.add(progress),
    });
    const opened = this.open(request, source, (step) => meter.begin(step), controller.signal);
    try {
      const { description } = await opened;
      this.loaded = { request, source, opened };
      return description;
    } catch (error) {
      if (!controller.signal.aborted) throw withAddress(error as Error, source);
      throw new Error('Loading was cancelled. Press Retry to load the model.', { cause: error });
    } finally {
      this.loading = undefined;
    }
  }

  cancel(): void {
    this.loading?.abort();
  }

  /** The engine that is open now. */
  current(): Promise<OpenedEngine> {
    if (this.loaded === undefined) {
      throw new Error('No model is loaded yet. Wait until it is, or press Retry.');
    }
    return this.loaded.opened;
  }

  /**
   * Does some work on the engine. Where the device goes away meanwhile, the engine is opened again on
   * a new one and the work starts over; `work` has to know what it has done already.
   */
  async withEngine<Result>(work: (opened: OpenedEngine) => Promise<Result>): Promise<Result> {
    for (let losses = 0; ; losses++) {
      const promise = this.current();
      try {
        return await work(await promise);
      } catch (error) {
        if (!(error instanceof DeviceLostError) || losses === MOST_LOSSES) throw error;
        this.reopen(promise);
      }
    }
  }

  /** Replaces an engine whose device is gone; others that saw the same loss share the new one. */
  private reopen(gone: Promise<OpenedEngine>): void {
    const { loaded } = this;
    if (loaded === undefined || loaded.opened !== gone) return;
    this.emit({
      type: 'notice',
      message:
        'The graphics device went away (a driver reset, or too little memory). The model is opened again on a new one; every answer so far is kept.',
    });
    loaded.opened = gone
      .then(release, () => undefined)
      .then(() => this.open(loaded.request, loaded.source, () => undefined));
    loaded.opened.then(
      ({ description }) => this.emit({ type: 'model', description }),
      (error: Error) =>
        this.emit({
          type: 'model-failed',
          message: `${error.message} Press Retry to load the model again.`,
        }),
    );
  }

  private async open(
    request: LoadRequest,
    source: UrlSource,
    onStep: (step: string) => void,
    signal?: AbortSignal,
  ): Promise<OpenedEngine> {
    const start = performance.now();
    const { ortFolder, emit } = this;
    const common = { source, name: request.model, ortFolder, onProgress: onStep, signal };
    let engine: RuntimeEngine;
    try {
      const { provider, withoutJspi } = request;
      engine = await openEngine({ ...common, provider, withoutJspi });
    } catch (error) {
      if (!(error instanceof NoWebGpuError)) throw error;
      emit({
        type: 'notice',
        message: `${error.message} Until then the model runs with WASM on the CPU, which gives the same answers more slowly.`,
      });
      engine = await openEngine({ ...common, provider: 'wasm' });
    }
    const { info } = engine;
    return {
      engine,
      live: new LiveProbe(engine),
      description: {
        model: info.model,
        revision: info.revision,
        weightHash: info.weightHash,
        dtype: info.dtype,
        provider: info.provider,
        build: info.build,
        adapter: info.adapter,
        versions: info.versions,
        milliseconds: performance.now() - start,
      },
    };
  }
}

/** A machine that loses its device again and again has to be looked at by a person. */
const MOST_LOSSES = 3;

/** A sentence about a file that is not there, with its address and the server's answer before it. */
function withAddress(error: Error, source: UrlSource): Error {
  const file = source.missing().find(({ path }) => error.message.includes(path));
  if (file === undefined) return error;
  const answer = file.status === 404 ? 'status 404 (not found)' : 'a web page instead of the file';
  return new Error(`${file.url} was answered with ${answer}. ${error.message}`, { cause: error });
}

async function release({ engine, live }: OpenedEngine): Promise<void> {
  try {
    await live.dispose();
    await engine.dispose();
  } catch {
    // What a lost device held is gone with it.
  }
}
