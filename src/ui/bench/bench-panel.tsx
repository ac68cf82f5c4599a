import { useState } from 'react';
import { useActions, useWorkbench } from '../store/context.tsx';
import { AnswerRows } from './answer-rows.tsx';
import { BenchGrid } from './bench-grid.tsx';
import { CaptionField } from './caption-field.tsx';
import { Naming } from './naming.tsx';
import { OwnPictures } from './own-pictures.tsx';
import { PicturePicker } from './picture-picker.tsx';
import './bench.css';

/** The live panel: one picture, one question, the answers under the schemes. */
export function BenchPanel() {
  const ready = useWorkbench((state) => state.bench !== undefined);
  const actions = useActions();
  const [picking, setPicking] = useState<number>();
  const [over, setOver] = useState(false);
  return (
    <section
      className="panel bench"
      aria-label="Bench"
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void actions.addOwnPictures([...event.dataTransfer.files]);
      }}
    >
      <div className="panel-title">
        <h2>Bench</h2>
        <span
          className="hint bench-hint"
          title="The target walks through the cells; the eight others keep their order and move up, as in the published probe."
        >
          Drag the target, or use arrow keys; the others keep their order
        </span>
        <button type="button" className="quiet" onClick={actions.shuffleBench} disabled={!ready}>
          Other pictures
        </button>
      </div>
      {ready ? (
        <>
          <BenchGrid onPick={setPicking} />
          <CaptionField />
          <AnswerRows />
          <Naming />
          <OwnPictures />
        </>
      ) : (
        <div className="grid-frame empty">Reading the data set …</div>
      )}
      {picking !== undefined && (
        <PicturePicker cell={picking} onClose={() => setPicking(undefined)} />
      )}
    </section>
  );
}
