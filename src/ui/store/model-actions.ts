/** Choosing a model, loading it, and what the browser keeps of models. */
import type { CatalogueFormat, CatalogueModel } from '../../protocol/catalogue.ts';
import type {
  KeptModel,
  LoadRequest,
  PickedFolder,
  WorkbenchService,
} from '../../protocol/workbench.ts';
import type { PageSettings } from './page-settings.ts';
import { isActive, type WorkbenchState, type WorkbenchStore } from './state.ts';

/** A folder with a checkpoint, as the person picked it. */
export interface PickedModel {
  readonly name: string;
  readonly folder: PickedFolder;
}

export type ModelChoice =
  | {
      readonly kind: 'catalogue';
      readonly model: CatalogueModel;
      readonly format: CatalogueFormat;
      readonly token: string;
    }
  | { readonly kind: 'folder'; readonly picked: PickedModel; readonly format: CatalogueFormat }
  | { readonly kind: 'kept'; readonly kept: KeptModel };

export interface ModelActions {
  /** Loads another model; the one before is released, and what it answered no longer stands. */
  chooseModel(choice: ModelChoice): void;
  /** Loads the chosen model, again or for the first time. */
  loadModel(): Promise<void>;
  cancelLoad(): void;
  /** Asks the worker what fits here and what is kept. */
  refreshMachine(): Promise<void>;
  removeKept(entry: string): Promise<void>;
}

export function createModelActions(
  store: WorkbenchStore,
  workbench: WorkbenchService,
  settings: PageSettings,
): ModelActions {
  const set = (part: Partial<WorkbenchState>) => store.setState(part);
  let request = settings.load;
  let loads = 0;

  async function loadModel(): Promise<void> {
    if (store.getState().model.broken) return;
    const load = (loads += 1);
    // A later load took over, or the worker is gone: there is nothing more to say of this one.
    const isOver = () => load !== loads || store.getState().model.broken === true;
    set({ model: { phase: 'loading', name: request.model } });
    try {
      const description = await workbench.load(request);
      if (isOver()) return;
      const { model: name } = description;
      set({ model: { phase: 'live', name, description }, announcement: `${name} is ready` });
    } catch (error) {
      if (isOver()) return;
      const failure = (error as Error).message;
      set({ model: { phase: 'failed', name: request.model, failure } });
    }
  }

  function chooseModel(choice: ModelChoice): void {
    if (isActive(store.getState().probe)) return;
    request = { ...request, ...wanted(choice, settings) };
    store.setState(({ naming }) => ({
      live: undefined,
      liveFailure: undefined,
      strip: undefined,
      naming: { question: naming.question, pending: false },
      panel: 'setup',
      announcement: `${request.model} is being loaded`,
    }));
    void loadModel();
  }

  async function refreshMachine(): Promise<void> {
    try {
      set({ machine: await workbench.machine(request.provider), machineFailure: undefined });
    } catch (error) {
      set({ machineFailure: (error as Error).message });
    }
  }

  return {
    chooseModel,
    loadModel,
    cancelLoad: () => void workbench.cancelLoad().catch(() => undefined),
    refreshMachine,
    async removeKept(entry) {
      try {
        await workbench.removeKept(entry);
        set({ announcement: `${entry} is removed` });
        await refreshMachine();
      } catch (error) {
        set({ machineFailure: (error as Error).message });
      }
    },
  };
}

/** How a choice is asked for. */
function wanted(
  choice: ModelChoice,
  { hub, load }: PageSettings,
): Pick<LoadRequest, 'model' | 'place'> {
  if (choice.kind === 'kept') {
    const { repository, entry } = choice.kept;
    return { model: repository, place: { kind: 'stored', entry } };
  }
  if (choice.kind === 'folder') {
    const { picked, format } = choice;
    return { model: picked.name, place: { kind: 'folder', ...picked, format } };
  }
  const { model, format, token } = choice;
  const { repository, revision } = model;
  if (repository === null || revision === null) return { model: load.model, place: load.place };
  const place = { kind: 'hub', hub, repository, revision, format } as const;
  return { model: repository, place: { ...place, token: token.trim() || undefined } };
}
