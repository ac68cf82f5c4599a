import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UrlSource, type DownloadProgress } from './url-source.ts';

const BYTES = Uint8Array.from({ length: 100 }, (_, n) => n);
let server: Server;
let folder: string;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    if (request.url === '/model/weights.bin') {
      response.setHeader('Content-Length', BYTES.length);
      response.end(BYTES);
    } else if (request.url === '/model/page.json') {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html>');
    } else if (request.url === '/model/broken.bin') {
      response.setHeader('Content-Length', 1000);
      response.write(BYTES, () => response.destroy());
    } else {
      response.statusCode = request.url === '/model/secret.json' ? 403 : 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a file is downloaded once, whatever is read of it, and its progress is told', async () => {
  const told: DownloadProgress[] = [];
  const source = new UrlSource(folder, { onProgress: (progress) => told.push(progress) });
  const before = requests;
  expect(await source.size('weights.bin')).toBe(100);
  expect([...(await source.read('weights.bin', 10, 13))]).toEqual([10, 11, 12]);
  expect(requests - before).toBe(1);
  expect(told.at(-1)).toEqual({ file: 'weights.bin', bytes: 100, totalBytes: 100 });
});

test('a missing file has no size, even where the server answers with its page', async () => {
  const source = new UrlSource(folder);
  expect(await source.size('nothing.json')).toBeUndefined();
  expect(await source.size('page.json')).toBeUndefined();
  await expect(source.read('nothing.json')).rejects.toThrow(/has no file nothing.json/);
});

test('a refused and a broken download are told in sentences', async () => {
  const source = new UrlSource(folder);
  await expect(source.size('secret.json')).rejects.toThrow(/refused with status 403/);
  await expect(source.size('broken.bin')).rejects.toThrow(/broke off after \d+ bytes; try again/);
});

test('a cancelled download says so', async () => {
  const signal = AbortSignal.abort();
  await expect(new UrlSource(folder, { signal }).size('weights.bin')).rejects.toThrow(
    'Loading was cancelled at weights.bin.',
  );
});
