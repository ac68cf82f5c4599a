/**
 * Keeps what the page is made of, so that it works without a network after the first visit. Only files
 * of our own origin are touched: weights from the hub are kept elsewhere, and when their user says so.
 * A new version waits until every tab of the old one is closed, for old pages ask for old files.
 */
import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

/** Put in by tools/build/service-worker.ts. */
declare const __PRECACHE__: PrecacheEntry[];
/** Version of onnxruntime-web, whose files keep their names from one to the next. */
declare const __ORT_VERSION__: string;
declare const self: ServiceWorkerGlobalScope;

const ORT_CACHE = `ort-${__ORT_VERSION__}`;

precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/.*/] });
cleanupOutdatedCaches();
// Of its three builds a browser needs one: kept when it is first asked for.
registerRoute(
  ({ sameOrigin, url }) => sameOrigin && url.pathname.includes('/ort/'),
  // A module's import carries an Origin, the page's own fetch none, and servers vary by it.
  new CacheFirst({ cacheName: ORT_CACHE, matchOptions: { ignoreVary: true } }),
);
clientsClaim();

self.addEventListener('activate', (event) => event.waitUntil(dropOldOrt()));

async function dropOldOrt(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('ort-') && name !== ORT_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}
