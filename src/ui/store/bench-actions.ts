import type { ProbeGroup } from '../../data/groups.ts';
import { captionFromFileName } from '../../data/captions.ts';
import { CELLS } from '../../results/records.ts';
import { stepInGrid } from '../grid-steps.ts';
import { decodePictureFile } from '../pictures/decode-file.ts';
import type { PictureLibrary } from '../pictures/library.ts';
import { benchPictures, cellName, type Bench, type WorkbenchStore } from './state.ts';

export interface BenchActions {
  /** Puts a group of the probe on the bench: its target in the given cell, asked for by its caption. */
  showGroup(group: ProbeGroup, cell: number): void;
  moveTarget(cell: number): void;
  /** Moves the target by rows and columns; it stops at the edges. */
  stepTarget(rows: number, columns: number): void;
  /** Replaces the picture of a cell; a replaced target brings its caption. */
  replacePicture(cell: number, id: string | null): void;
  /** Changes the order of two others; the target's cell takes no part. */
  swapDistractors(from: number, to: number): void;
  setCaption(caption: string): void;
  setStrength(strength: number): void;
  toggleBalanced(): void;
  /** Reads picture files; those that cannot be read leave a notice each. */
  addOwnPictures(files: readonly File[]): Promise<void>;
  captionOwnPicture(id: string, caption: string): void;
  /** A picture that a result shows is kept for it. */
  removeOwnPicture(id: string): void;
}

export function createBenchActions(
  store: WorkbenchStore,
  library: PictureLibrary,
  notice: (message: string) => void,
): BenchActions {
  const announce = (announcement: string) => store.setState({ announcement });

  function change(edit: (bench: Bench) => Bench): void {
    store.setState(({ bench }) => (bench === undefined ? {} : { bench: edit(bench) }));
  }

  function captionOf(id: string): string {
    const { dataset, ownPictures } = store.getState();
    const items = [...ownPictures, ...(dataset?.items ?? [])];
    return items.find((item) => item.id === id)?.caption ?? id;
  }

  function moveTarget(cell: number): void {
    if (store.getState().bench?.cell === cell) return;
    change((bench) => ({ ...bench, cell }));
    announce(`Target in the ${cellName(CELLS[cell]!)} cell`);
  }

  function setStrength(strength: number): void {
    store.setState({ strength });
    const word = strength === 0 ? 'Standard' : strength === 1 ? 'Balanced' : `Strength ${strength}`;
    announce(`${word} positions`);
  }

  function freshId(name: string): string {
    for (let copy = 1; ; copy++) {
      const id = `${name}${copy === 1 ? '' : ` (${copy})`}`;
      if (!library.has(id)) return id;
    }
  }

  function listOwn(): void {
    store.setState({ ownPictures: library.own().map(({ id, caption }) => ({ id, caption })) });
  }

  return {
    showGroup(group, cell) {
      const { target, distractors } = group;
      store.setState({ bench: { target, distractors, cell, caption: captionOf(target) } });
    },
    moveTarget,
    stepTarget(rows, columns) {
      const cell = store.getState().bench?.cell;
      if (cell === undefined) return;
      moveTarget(stepInGrid(cell, rows, columns));
    },
    replacePicture(cell, id) {
      change((bench) => {
        const before = benchPictures(bench)[cell];
        if (cell === bench.cell) {
          if (id === null) return bench;
          const caption = bench.caption === captionOf(before!) ? captionOf(id) : bench.caption;
          return { ...bench, target: id, caption };
        }
        const slot = cell < bench.cell ? cell : cell - 1;
        return { ...bench, distractors: bench.distractors.with(slot, id) };
      });
      announce(
        `${id === null ? 'Nothing' : captionOf(id)} in the ${cellName(CELLS[cell]!)} cell now`,
      );
    },
    setCaption: (caption) => change((bench) => ({ ...bench, caption })),
    setStrength,
    toggleBalanced: () => setStrength(store.getState().strength === 1 ? 0 : 1),
    swapDistractors(from, to) {
      const { bench } = store.getState();
      if (bench === undefined || from === to || from === bench.cell || to === bench.cell) return;
      const slotOf = (cell: number) => (cell < bench.cell ? cell : cell - 1);
      const [first, second] = [slotOf(from), slotOf(to)];
      const { distractors } = bench;
      change((old) => ({
        ...old,
        distractors: distractors
          .with(first, distractors[second]!)
          .with(second, distractors[first]!),
      }));
      announce(`Pictures of ${cellName(CELLS[from]!)} and ${cellName(CELLS[to]!)} swapped`);
    },
    async addOwnPictures(files) {
      for (const file of files) {
        try {
          const image = await decodePictureFile(file);
          const id = freshId(file.name);
          library.addOwn({ id, image, caption: captionFromFileName(file.name) || 'my picture' });
          listOwn();
          announce(`Added ${file.name}`);
        } catch (error) {
          notice((error as Error).message);
        }
      }
    },
    captionOwnPicture(id, caption) {
      const picture = library.own().find((own) => own.id === id);
      if (picture === undefined) return;
      const before = picture.caption;
      library.addOwn({ ...picture, caption });
      listOwn();
      if (store.getState().captionProblem?.id === id) store.setState({ captionProblem: undefined });
      change((bench) =>
        bench.target === id && bench.caption === before ? { ...bench, caption } : bench,
      );
    },
    removeOwnPicture(id) {
      if (store.getState().bench?.target === id) {
        notice(
          'This picture is the target on the bench. Put another one there before removing it.',
        );
        return;
      }
      change((bench) => ({
        ...bench,
        distractors: bench.distractors.map((other) => (other === id ? null : other)),
      }));
      const { result, previous, diagnosisResults, run, captionProblem } = store.getState();
      const { perception, flow } = diagnosisResults;
      const shown = [
        ...[result, previous].flatMap((one) => one?.records ?? []),
        ...(perception?.samples ?? []),
      ].map(({ pictures }) => pictures);
      if (flow?.bench) shown.push(benchPictures(flow.bench));
      const used = shown.some((pictures) => pictures.includes(id));
      library.removeOwn(id, { keepImage: used });
      listOwn();
      if (captionProblem?.id === id) store.setState({ captionProblem: undefined });
      if (library.own().length === 0 && run.dataset === 'own') {
        store.setState({ run: { ...run, dataset: 'embedded' } });
      }
    },
  };
}
