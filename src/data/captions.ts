/** Where the captions of a person's own pictures come from: a table, a JSON file, or the file names. */
import Papa from 'papaparse';

const PICTURE_NAME = /\.(png|jpe?g|webp)$/i;

/** Whether a file name looks like a picture that can be decoded here. */
export function isPictureName(file: string): boolean {
  return PICTURE_NAME.test(file);
}

/** `photos/red_apple-2.png` is captioned "red apple". */
export function captionFromFileName(file: string): string {
  const base = file.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
  const words = base.replace(/[\s_-]+/g, ' ').trim();
  // A counter at the end tells copies apart; a number after a hyphen may be a name (b-52).
  return words.replace(/ \d$/, '');
}

/**
 * Reads `captions.csv`: a header line with `file` and `caption`, then one line for each picture.
 * @throws naming the line that is wrong
 */
export function parseCaptionsCsv(text: string): Map<string, string> {
  const table = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: false });
  const broken = table.errors.find(({ type }) => type === 'Quotes');
  if (broken) {
    throw new Error(
      `Row ${(broken.row ?? 0) + 1} of captions.csv has a quotation mark without its pair (${broken.message}). Close it, or double marks that belong to a caption.`,
    );
  }
  const header = (table.data[0] ?? []).map((name) => name.trim().toLowerCase());
  const [file, caption] = [header.indexOf('file'), header.indexOf('caption')];
  if (file < 0 || caption < 0) {
    throw new Error(
      `The first line of captions.csv should name the columns "file" and "caption", but is "${header.join(',')}". Add that line.`,
    );
  }
  const captions = new Map<string, string>();
  table.data.slice(1).forEach((row, index) => {
    if (row.every((field) => field.trim() === '')) return;
    if (row.length !== header.length) {
      throw new Error(
        `Row ${index + 2} of captions.csv should have ${header.length} fields, but has ${row.length}: "${row.join(',')}". Put a caption that holds a comma into quotation marks.`,
      );
    }
    const [name, words] = [row[file]?.trim(), row[caption]?.trim()];
    if (!name || !words) {
      throw new Error(
        `Row ${index + 2} of captions.csv should have a file and a caption, but is "${row.join(',')}". Correct or remove it.`,
      );
    }
    if (captions.has(name)) {
      throw new Error(
        `Row ${index + 2} of captions.csv names the file "${name}" a second time. Keep one of the two.`,
      );
    }
    captions.set(name, words);
  });
  return captions;
}

/**
 * Reads `captions.json`: an object from file name to caption.
 * @throws when it is something else
 */
export function parseCaptionsJson(text: string): Map<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`captions.json is not valid JSON: ${(error as Error).message}. Correct it.`, {
      cause: error,
    });
  }
  const entries = value && typeof value === 'object' && !Array.isArray(value);
  if (!entries || Object.values(value as object).some((words) => typeof words !== 'string')) {
    throw new Error(
      'captions.json should be one object from file name to caption, e.g. {"apple.png": "red apple"}, but has another form. Correct it.',
    );
  }
  return new Map(Object.entries(value as Record<string, string>));
}
