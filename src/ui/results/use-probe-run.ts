import { useEffect, useMemo, useState } from 'react';
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';
import { useActions } from '../store/context.tsx';
import type { CompareSource } from './compare-sources.ts';

/** A run of the probe with its records; the same object as long as it is the same run. */
export interface ProbeRun {
  readonly manifest: RunManifest;
  readonly records: readonly ProbeRecord[];
}

interface ReadRun {
  readonly id: string;
  readonly run?: ProbeRun;
  readonly failure?: string;
}

/** A source's run: at hand, or read from the browser's store; undefined until it is there. */
export function useProbeRun(source: CompareSource | undefined): Omit<ReadRun, 'id'> {
  const actions = useActions();
  const [read, setRead] = useState<ReadRun>();
  const records = source?.records;
  const manifest = source?.manifest;
  const id = records === undefined ? source?.id : undefined;
  useEffect(() => {
    if (id === undefined) return undefined;
    let isWanted = true;
    const keep = (found: Omit<ReadRun, 'id'>) => isWanted && setRead({ id, ...found });
    actions.readKept(id).then(
      (run) => keep(run.experiment === 'probe' ? { run } : { failure: 'This is no probe.' }),
      (error: unknown) => keep({ failure: (error as Error).message }),
    );
    return () => {
      isWanted = false;
    };
  }, [actions, id]);
  const atHand = useMemo(
    () => (manifest && records ? { run: { manifest, records } } : undefined),
    [manifest, records],
  );
  if (atHand !== undefined) return atHand;
  return read !== undefined && read.id === id ? read : {};
}
