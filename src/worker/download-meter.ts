import type { LoadProgress } from '../protocol/workbench.ts';

/** Bytes of a file, or of whatever else is being worked off. */
interface Portion {
  readonly bytes: number;
  readonly totalBytes: number | undefined;
}

/** Milliseconds over which the speed is taken: long enough to be calm, short enough to be of now. */
const WINDOW = 10_000;

/** Tells how far loading a model is: bytes, speed and time left. */
export class DownloadMeter {
  private readonly files = new Map<string, Portion>();
  /** What the files are worked into, where that is what a person waits for. */
  private work: Portion | undefined;
  private step = 'Reading the model';
  private moments: { time: number; bytes: number }[];
  private told = -Infinity;

  /** `now` in milliseconds; `pause` between two reports, those of a new step aside. */
  constructor(
    private readonly report: (progress: LoadProgress) => void,
    private readonly now: () => number = () => performance.now(),
    private readonly pause = 0,
  ) {
    this.moments = [{ time: now(), bytes: 0 }];
  }

  /** What is being done from here on, in words. */
  begin(step: string): void {
    this.step = step;
    this.work = undefined;
    this.tell();
  }

  add(file: { file: string; bytes: number; totalBytes: number | undefined }): void {
    this.files.set(file.file, file);
    this.tellAtTimes();
  }

  /** How far the files are worked into something else. */
  convert(work: Portion): void {
    if (this.work === undefined) this.moments = [{ time: this.now(), bytes: work.bytes }];
    this.work = work;
    this.step = 'Converting the weights';
    this.tellAtTimes();
  }

  private tellAtTimes(): void {
    if (this.now() - this.told >= this.pause) this.tell();
  }

  private tell(): void {
    this.told = this.now();
    const { bytes, totalBytes } = this.work ?? this.downloaded();
    const bytesPerSecond = this.speed(bytes);
    const millisecondsLeft =
      totalBytes !== undefined && bytesPerSecond !== undefined
        ? ((totalBytes - bytes) / bytesPerSecond) * 1000
        : undefined;
    const fromAfar = this.work && this.files.size > 0 && { downloaded: this.downloaded().bytes };
    const { step } = this;
    this.report({ step, bytes, totalBytes, bytesPerSecond, millisecondsLeft, ...fromAfar });
  }

  private downloaded(): Portion {
    const files = [...this.files.values()];
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const known = files.length > 0 && files.every((file) => file.totalBytes !== undefined);
    const totalBytes = known ? files.reduce((sum, file) => sum + file.totalBytes!, 0) : undefined;
    return { bytes, totalBytes };
  }

  /** Bytes a second over the last moments; undefined before the first byte. */
  private speed(bytes: number): number | undefined {
    const time = this.now();
    this.moments.push({ time, bytes });
    while (this.moments.length > 2 && time - this.moments[1]!.time >= WINDOW) this.moments.shift();
    const first = this.moments[0]!;
    const seconds = (time - first.time) / 1000;
    return seconds > 0 && bytes > first.bytes ? (bytes - first.bytes) / seconds : undefined;
  }
}
