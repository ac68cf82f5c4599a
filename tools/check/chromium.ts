import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

export const HOW_TO_GET_CHROMIUM =
  'no Chromium was found, so the page was not tested in a browser. Install one (Debian: `apt-get install chromium`) ' +
  'or name its executable in the environment variable CHROMIUM.';

/** Path of a Chromium or Chrome: `CHROMIUM`, else the first known name on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, MAC].find((path) => existsSync(path));
}
