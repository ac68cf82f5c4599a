import { useEffect, useState } from 'react';
import type { ProbeRecord } from '../../results/records.ts';
import { useActions } from '../store/context.tsx';
import type { CompareSource } from './compare-sources.ts';

interface ReadRecords {
  readonly id: string;
  readonly records?: readonly ProbeRecord[];
  readonly failure?: string;
}

/** A source's records: at hand, or read from the browser's store; undefined until they are there. */
export function useRecords(source: CompareSource | undefined): Omit<ReadRecords, 'id'> {
  const actions = useActions();
  const [read, setRead] = useState<ReadRecords>();
  const id = source?.records === undefined ? source?.id : undefined;
  useEffect(() => {
    if (id === undefined) return undefined;
    let isWanted = true;
    const keep = (found: Omit<ReadRecords, 'id'>) => isWanted && setRead({ id, ...found });
    actions.readKept(id).then(
      (run) => keep({ records: run.experiment === 'probe' ? run.records : [] }),
      (error: unknown) => keep({ failure: (error as Error).message }),
    );
    return () => {
      isWanted = false;
    };
  }, [actions, id]);
  if (source?.records !== undefined) return { records: source.records };
  return read !== undefined && read.id === id ? read : {};
}
