/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download holds its own reference once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The same of a text, as UTF-8. */
export function saveText(name: string, type: string, content: string): void {
  saveFile(name, new Blob([content], { type: `${type};charset=utf-8` }));
}

/**
 * Draws an SVG document as a PNG of `scale` times its size.
 * @throws a sentence when the browser cannot draw it
 */
export async function pngOfSvg(svg: string, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width * scale;
    canvas.height = image.height * scale;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob !== null) return blob;
  } catch {
    // The sentence below serves both.
  } finally {
    URL.revokeObjectURL(url);
  }
  throw new Error('This browser could not draw the figure as a PNG. Export the SVG instead.');
}
