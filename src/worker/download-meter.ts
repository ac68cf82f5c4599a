import type { LoadProgress } from '../protocol/workbench.ts';

/** Adds up the downloads of a model's files: bytes, speed and time left. */
export class DownloadMeter {
  private readonly files = new Map<string, { bytes: number; totalBytes: number | undefined }>();
  private readonly start: number;
  private step = 'Reading the model';

  /** `now` in milliseconds. */
  constructor(
    private readonly report: (progress: LoadProgress) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.start = now();
  }

  /** What is being done from here on, in words. */
  begin(step: string): void {
    this.step = step;
    this.tell();
  }

  add(file: { file: string; bytes: number; totalBytes: number | undefined }): void {
    this.files.set(file.file, file);
    this.tell();
  }

  private tell(): void {
    const files = [...this.files.values()];
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const known = files.length > 0 && files.every((file) => file.totalBytes !== undefined);
    const totalBytes = known ? files.reduce((sum, file) => sum + file.totalBytes!, 0) : undefined;
    const seconds = (this.now() - this.start) / 1000;
    const bytesPerSecond = seconds > 0 && bytes > 0 ? bytes / seconds : undefined;
    const millisecondsLeft =
      totalBytes !== undefined && bytesPerSecond !== undefined
        ? ((totalBytes - bytes) / bytesPerSecond) * 1000
        : undefined;
    this.report({ step: this.step, bytes, totalBytes, bytesPerSecond, millisecondsLeft });
  }
}
