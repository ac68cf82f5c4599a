/** An opaque 8-bit picture in CPU memory: `data[(y * width + x) * 3 + channel]`, channels R, G, B. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
