/** The page without a network: its service worker, and what that has to be told. */

const SCRIPT = 'service-worker.js';

/**
 * Has the browser keep the page, where it can and the page is the built one. Nothing waits for it, and
 * the page works as before where it fails.
 */
export function keepPage(address: URL): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const script = new URL(SCRIPT, address.origin + address.pathname);
  navigator.serviceWorker.register(script).catch((error: unknown) => {
    console.info('The page is not kept for use without a network.', error);
  });
}

/**
 * Has it keep files that a worker loaded before there was anyone to keep them; the browser has them
 * still, so that this costs no second download.
 */
export async function keepFiles(urls: readonly string[]): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise<void>((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true }),
    );
  await Promise.all(urls.map((url) => fetch(url)));
}
