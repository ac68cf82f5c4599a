/** A browser of its own that can be killed as the system kills one, and started again on its profile. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chromium, type Browser, type Page } from '@playwright/test';
import { findChromium } from '../src/kernels/chromium.ts';

export interface KillableBrowser {
  readonly page: Page;
  /** SIGKILL to the browser and all its processes: nothing is flushed, nothing is asked. */
  kill(): Promise<void>;
}

/** Opens a page of `baseURL` in a browser that keeps what it stores in the folder `profile`. */
export async function openKillable(profile: string, url: string): Promise<KillableBrowser> {
  const child = spawn(
    findChromium()!,
    [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    // A group of its own, so that its zygotes and renderers can be killed with it.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const browser = await chromium.connectOverCDP(await endpointOf(child));
  const page = await browser.contexts()[0]!.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(url);
  return { page, kill: () => killGroup(child, browser) };
}

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = '';
    child.stderr!.on('data', (data: Buffer) => {
      told += data.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(told)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`The browser did not start: ${told}`)));
  });
}

async function killGroup(child: ChildProcess, browser: Browser): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
  await browser.close().catch(() => undefined);
}
