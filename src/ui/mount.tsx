import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectWorkbench, failingWith } from '../protocol/client.ts';
import { App } from './app.tsx';
import { keepFiles, keepPage } from './offline.ts';
import { createPictureLibrary } from './pictures/library.ts';
import { createActions } from './store/actions.ts';
import { PageProvider } from './store/context.tsx';
import { keepAnswering } from './store/live-answers.ts';
import { warnBeforeLeaving } from './store/leaving.ts';
import { pageSettings } from './store/page-settings.ts';
import { receiveEvent } from './store/receive-event.ts';
import { createWorkbenchStore } from './store/state.ts';
import './style/tokens.css';
import './style/controls.css';
import './style/layout.css';

/** Draws the page into `root` and opens its model in `worker`. */
export async function mountPage(root: HTMLElement, worker: Worker, address: URL): Promise<void> {
  const store = createWorkbenchStore();
  const library = createPictureLibrary();
  const broken = workerFailure(worker);
  broken.catch((error: Error) =>
    store.setState({ model: { phase: 'failed', failure: error.message, broken: true } }),
  );
  const connected = connectWorkbench(worker, (event) => receiveEvent(store, event));
  const workbench = failingWith(connected, broken);
  const actions = createActions(store, library, workbench, pageSettings(address));
  keepAnswering(store, library, workbench);
  warnBeforeLeaving(store);
  keepPage(address);
  store.subscribe(({ model: { description } }, before) => {
    if (description && description !== before.model.description)
      void keepFiles(description.buildFiles).catch(() => {});
  });
  createRoot(root).render(
    <StrictMode>
      <PageProvider page={{ store, actions, library }}>
        <App />
      </PageProvider>
    </StrictMode>,
  );
  await actions.open();
}

/** Rejects with a sentence when the worker cannot be started, or dies. */
function workerFailure(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.addEventListener('error', (event) =>
      reject(
        new Error(
          `The worker that runs the model stopped: ${event.message || 'it could not be started'}. Reload the page; where that does not help, use a current Chrome, Edge, Firefox or Safari.`,
        ),
      ),
    );
  });
}
