/** The worker: opens the engine and serves the workbench's live answers and probe runs. */
import { serveWorkbench } from './protocol/server.ts';
import { createWorkbench } from './worker/workbench.ts';

serveWorkbench((emit) => createWorkbench(emit));
