/** Holds the one engine of the tab: opens it, falls back to WASM, opens it again after a lost device. */
import { LiveProbe } from '../experiments/live.ts';
import type { Listener } from '../protocol/server.ts';
import type { LoadRequest, ModelDescription } from '../protocol/workbench.ts';
import { NoHalfFloatsError } from '../runtime/compute-choice.ts';
import { NoWebGpuError } from '../runtime/device.ts';
import { DeviceLostError } from '../runtime/engine.ts';
import type { RuntimeEngine } from '../runtime/model-engine.ts';
import { type OrtBuild, ortFiles } from '../runtime/ort-files.ts';
import { DownloadMeter } from './download-meter.ts';
import { type OpeningOptions, prepareModel, type PreparedModel } from './model-places.ts';

export interface OpenedEngine {
  readonly engine: RuntimeEngine;
  readonly live: LiveProbe;
  readonly description: ModelDescription;
}

interface Loaded {
  readonly request: LoadRequest;
  readonly prepared: PreparedModel;
  opened: Promise<OpenedEngine>;
}

/** Milliseconds between two reports of a load. */
const REPORT_PAUSE = 100;

export class EngineHost {
  private loaded: Loaded | undefined;
  private loading: AbortController | undefined;
  /** Loads queue up behind this: the model before is released before the next takes its room. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly emit: Listener,
    /** Absolute URL of the folder with onnxruntime's wasm files. */
    private readonly ortFolder: string,
  ) {}

  /** Opens a model; an earlier one is released, or its load cancelled. Rejects with a sentence. */
  load(request: LoadRequest): Promise<ModelDescription> {
    this.cancel();
    const controller = new AbortController();
    this.loading = controller;
    const load = this.tail.then(() => this.loadAlone(request, controller));
    this.tail = load.catch(() => undefined);
    return load;
  }

  private async loadAlone(
    request: LoadRequest,
    controller: AbortController,
  ): Promise<ModelDescription> {
    const { signal } = controller;
    const before = this.loaded;
    this.loaded = undefined;
    await before?.opened.then(release, () => undefined);
    const meter = new DownloadMeter(
      (progress) => this.emit({ type: 'load-progress', progress }),
      undefined,
      request.place.kind === 'page' ? 0 : REPORT_PAUSE,
    );
    try {
      signal.throwIfAborted();
      const prepared = await prepareModel(request, meter, signal);
      const opened = this.open(request, prepared, (step) => meter.begin(step), signal);
      const { description } = await opened;
      this.loaded = { request, prepared, opened };
      return description;
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Error(
        'Loading was cancelled. Press Retry to go on with it, or choose another model.',
        { cause: error },
      );
    } finally {
      if (this.loading === controller) this.loading = undefined;
    }
  }

  /** The entry of the converted model that is open. */
  get entry(): string | undefined {
    return this.loaded?.prepared.entry;
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
      .then(() => this.open(loaded.request, loaded.prepared, () => undefined));
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
    prepared: PreparedModel,
    onStep: (step: string) => void,
    signal?: AbortSignal,
  ): Promise<OpenedEngine> {
    const start = performance.now();
    const { provider, withoutJspi, compute = 'auto' } = request;
    const { ortFolder } = this;
    const common = { ortFolder, onProgress: onStep, signal };
    const engine = await this.openAsCan(prepared, { ...common, provider, withoutJspi, compute });
    const { info } = engine;
    return {
      engine,
      live: new LiveProbe(engine),
      description: {
        model: info.model,
        revision: info.revision,
        weightHash: info.weightHash,
        dtype: info.dtype,
        compute: info.compute,
        layers: info.spec.decoder.layers,
        provider: info.provider,
        build: info.build,
        buildFiles: ortFiles(info.build as OrtBuild).map((name) => this.ortFolder + name),
        adapter: info.adapter,
        versions: info.versions,
        milliseconds: performance.now() - start,
      },
    };
  }

  /** As wanted, or in the way that the machine can; a notice then says why. */
  private async openAsCan(
    prepared: PreparedModel,
    options: OpeningOptions,
  ): Promise<RuntimeEngine> {
    try {
      return await prepared.open(options);
    } catch (error) {
      if (error instanceof NoHalfFloatsError) {
        this.emit({ type: 'notice', message: `${error.message} It computes in float32 now.` });
        return this.openAsCan(prepared, { ...options, compute: 'float32' });
      }
      if (!(error instanceof NoWebGpuError)) throw error;
      this.emit({
        type: 'notice',
        message: `${error.message} Until then the model runs with WASM on the CPU, which gives the same answers more slowly.`,
      });
      return prepared.open({ ...options, provider: 'wasm', compute: 'float32' });
    }
  }
}

/** A machine that loses its device again and again has to be looked at by a person. */
const MOST_LOSSES = 3;

async function release({ engine, live }: OpenedEngine): Promise<void> {
  try {
    await live.dispose();
    await engine.dispose();
  } catch {
    // What a lost device held is gone with it.
  }
}
