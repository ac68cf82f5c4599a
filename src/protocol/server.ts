import * as Comlink from 'comlink';
import type { WorkbenchEvent, WorkbenchService } from './workbench.ts';

export type Listener = (event: WorkbenchEvent) => void;

/** What actually crosses: the service, and the page's ear. */
export interface WorkbenchEndpoint extends WorkbenchService {
  listen(listener: Listener): Promise<void>;
}

/**
 * Serves a workbench to the page that opened this worker. `create` receives the function that emits
 * events; those emitted before the page listens are kept until it does.
 */
export function serveWorkbench(create: (emit: Listener) => WorkbenchService): void {
  let listener: Listener | undefined;
  const early: WorkbenchEvent[] = [];
  const emit: Listener = (event) => {
    if (listener === undefined) early.push(event);
    else listener(event);
  };
  const endpoint: WorkbenchEndpoint = Object.assign(create(emit), {
    async listen(ear: Listener) {
      listener = ear;
      early.splice(0).forEach(ear);
    },
  });
  Comlink.expose(endpoint);
}
