import { useState } from 'react';
import { packRun } from '../../results/run-archive.ts';
import { useWorkbench } from '../store/context.tsx';
import { reportRuns } from './report-runs.ts';
import { saveFile, saveText } from './save-file.ts';
import { TAB_LABELS } from './tab-labels.ts';

/** Saves a report of everything that the results panel has, whichever tab is open. */
export function ReportRow() {
  const result = useWorkbench((state) => state.result);
  const diagnosisResults = useWorkbench((state) => state.diagnosisResults);
  const [failure, setFailure] = useState<string>();
  const runs = reportRuns({ result, diagnosisResults });
  const sources = { ...diagnosisResults, probe: result };
  const namesOf = (precomputed: boolean) =>
    runs
      .filter(({ experiment }) => (sources[experiment]?.source === 'precomputed') === precomputed)
      .map(({ experiment }) => TAB_LABELS[experiment].toLowerCase())
      .join(', ');
  const [own, precomputed] = [namesOf(false), namesOf(true)];
  const of = [own, precomputed && `precomputed ${precomputed}`].filter(Boolean).join('; ');

  async function save(kind: 'page' | 'zip'): Promise<void> {
    try {
      setFailure(undefined);
      const { reportFiles, REPORT_PAGE } = await import('../../report/report-files.ts');
      const files = reportFiles(runs);
      const name = `report-${runs[0]!.manifest.model.name.replaceAll(/[^\w.-]+/g, '-')}`;
      if (kind === 'page') {
        saveText(`${name}.html`, 'text/html', files.get(REPORT_PAGE)!);
        return;
      }
      saveFile(`${name}.zip`, new Blob([packRun(files)], { type: 'application/zip' }));
    } catch (error) {
      setFailure((error as Error).message);
    }
  }

  return (
    <div className="menu-row">
      <span>Report{of !== '' && <span className="hint"> of {of}</span>}</span>
      <button type="button" disabled={runs.length === 0} onClick={() => void save('page')}>
        Report page
      </button>
      <button type="button" disabled={runs.length === 0} onClick={() => void save('zip')}>
        Report ZIP
      </button>
      {failure !== undefined && <p role="alert">{failure}</p>}
    </div>
  );
}
