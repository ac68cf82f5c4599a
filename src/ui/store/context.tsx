import { createContext, useContext, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { PictureLibrary } from '../pictures/library.ts';
import type { Actions } from './actions.ts';
import type { WorkbenchState, WorkbenchStore } from './state.ts';

export interface PageContext {
  readonly store: WorkbenchStore;
  readonly actions: Actions;
  readonly library: PictureLibrary;
}

const Context = createContext<PageContext | undefined>(undefined);

export function PageProvider({ page, children }: { page: PageContext; children: ReactNode }) {
  return <Context.Provider value={page}>{children}</Context.Provider>;
}

function usePage(): PageContext {
  const page = useContext(Context);
  if (page === undefined) throw new Error('A panel has to stand inside a PageProvider.');
  return page;
}

/** A part of the state; the component draws anew when that part changes. */
export function useWorkbench<Part>(select: (state: WorkbenchState) => Part): Part {
  return useStore(usePage().store, select);
}

/** What a person can do. */
export function useActions(): Actions {
  return usePage().actions;
}

export function useLibrary(): PictureLibrary {
  return usePage().library;
}
