import { useMemo } from 'react';
import { useWorkbench } from '../store/context.tsx';

/** The caption of a picture's id; the id itself where it is not known. */
export function useCaptionOf(): (id: string) => string {
  const items = useWorkbench((state) => state.dataset?.items);
  const own = useWorkbench((state) => state.ownPictures);
  return useMemo(() => {
    const captions = new Map([...(items ?? []), ...own].map(({ id, caption }) => [id, caption]));
    return (id) => captions.get(id) ?? id;
  }, [items, own]);
}
