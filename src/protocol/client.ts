import * as Comlink from 'comlink';
import type { RgbImage } from '../tensor/image.ts';
import type { Listener, WorkbenchEndpoint } from './server.ts';
import type { AskRequest, NameRequest, WorkbenchService } from './workbench.ts';

/** Hands the pixels over without a copy: the caller's `image.data` is empty afterwards. */
function transferring<Request extends { image: RgbImage }>(request: Request): Request {
  return Comlink.transfer(request, [request.image.data.buffer]);
}

/**
 * The same service, every method of which rejects as soon as `broken` does: a worker that is gone
 * never answers.
 */
export function failingWith(service: WorkbenchService, broken: Promise<never>): WorkbenchService {
  const methods = Object.entries(service) as [string, (...given: unknown[]) => Promise<unknown>][];
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...given: unknown[]) => Promise.race([method(...given), broken]),
    ]),
  ) as unknown as WorkbenchService;
}

/** Speaks the workbench's interface to a worker that called `serveWorkbench`. */
export function connectWorkbench(worker: Worker, listener: Listener): WorkbenchService {
  const remote = Comlink.wrap<WorkbenchEndpoint>(worker);
  // Messages arrive in order: whatever is asked later finds the listener in place.
  void remote.listen(Comlink.proxy(listener));
  return {
    load: (request) => remote.load(request),
    cancelLoad: () => remote.cancelLoad(),
    machine: (provider) => remote.machine(provider),
    removeKept: (entry) => remote.removeKept(entry),
    ask: (request: AskRequest) => remote.ask(transferring(request)),
    name: (request: NameRequest) => remote.name(transferring(request)),
    positions: (request) => remote.positions(request),
    startProbe: (request) => remote.startProbe(request),
    pauseProbe: () => remote.pauseProbe(),
    resumeProbe: () => remote.resumeProbe(),
    cancelProbe: () => remote.cancelProbe(),
    runDiagnosis: (request, resume) => remote.runDiagnosis(request, resume),
    cancelDiagnosis: () => remote.cancelDiagnosis(),
    loseDevice: () => remote.loseDevice(),
  };
}
