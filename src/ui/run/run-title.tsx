import { useWorkbench } from '../store/context.tsx';

/** What runs, and where in the study that is. */
export function RunTitle({ name }: { name: string }) {
  const study = useWorkbench((state) => state.study);
  return (
    <h2>
      {study !== undefined && `Study ${study.at + 1} of ${study.of}: `}
      {name}
    </h2>
  );
}
