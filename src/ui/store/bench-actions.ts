import type { ProbeGroup } from '../../data/groups.ts';
import { captionFromFileName } from '../../data/captions.ts';
import { CELLS } from '../../results/records.ts';
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
  setCaption(caption: string): void;
  setStrength(strength: number): void;
  toggleBalanced(): void;
  /** Reads picture files; those that cannot be read leave a notice each. */
  addOwnPictures(files: readonly File[]): Promise<void>;
  captionOwnPicture(id: string, caption: string): void;
  removeOwnPicture(id: string): void;
}

/** Ids of own pictures start so, which keeps them apart from the data set's. */
export const OWN_PREFIX = 'own:';

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
    const taken = new Set(library.own().map(({ id }) => id));
    for (let copy = 1; ; copy++) {
      const id = `${OWN_PREFIX}${name}${copy === 1 ? '' : ` (${copy})`}`;
      if (!taken.has(id)) return id;
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
      const row = Math.min(2, Math.max(0, Math.floor(cell / 3) + rows));
      const column = Math.min(2, Math.max(0, (cell % 3) + columns));
      moveTarget(row * 3 + column);
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
      change((bench) =>
        bench.target === id && bench.caption === before ? { ...bench, caption } : bench,
      );
    },
    removeOwnPicture(id) {
      change((bench) => ({
        ...bench,
        distractors: bench.distractors.map((other) => (other === id ? null : other)),
      }));
      if (store.getState().bench?.target === id) {
        notice(
          'This picture is the target on the bench. Put another one there before removing it.',
        );
        return;
      }
      library.removeOwn(id);
      listOwn();
    },
  };
}
