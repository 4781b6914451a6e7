// A static server for the built page: what a plain web host does and no more, and it keeps what it was asked for.
//
//     const site = await serve(DIST);
//     await page.goto(site.url);
//     expect(site.requests.slice(seen)).toEqual([]);
//     await site.close();

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** The built page. `cargo xtask test` says where it is. */
export const DIST = resolve(process.env.CROSSWALK_DIST ?? join(REPOSITORY, 'dist'));

/** The command line under test. */
export const CLI = resolve(process.env.CROSSWALK_CLI ?? join(REPOSITORY, 'target/release/crosswalk'));

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.xml': 'application/xml; charset=utf-8',
  '.zip': 'application/zip',
};

/**
 * Serves `dir` on a free port of this machine.
 *
 * `requests` grows as requests come in, each `{ method, url, status }`. `headers` are added to every answer.
 * @param {string} dir
 * @param {{ headers?: Record<string, string> }} [options]
 * @returns {Promise<{ url: string, requests: { method: string, url: string, status: number }[], close: () => Promise<void> }>}
 */
export async function serve(dir, { headers = {} } = {}) {
  const root = resolve(dir);
  const requests = [];
  const server = createServer(async (request, response) => {
    const entry = { method: request.method, url: request.url, status: 0 };
    requests.push(entry);
    const found = ['GET', 'HEAD'].includes(request.method) ? await find(root, request.url) : undefined;
    if (!found) {
      entry.status = 404;
      response.writeHead(404, { 'content-type': 'text/plain', ...headers }).end('not found\n');
      return;
    }
    entry.status = 200;
    response.writeHead(200, {
      'content-type': TYPES[extname(found.file)] ?? 'application/octet-stream',
      'content-length': found.size,
      'cache-control': 'no-store',
      ...headers,
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(found.file).pipe(response);
  });
  await new Promise((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The file that a URL names, never one outside of `root`. */
async function find(root, url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    let file = resolve(join(root, path));
    if (file !== root && !file.startsWith(root + sep)) return undefined;
    let info = await stat(file);
    if (info.isDirectory()) {
      file = join(file, 'index.html');
      info = await stat(file);
    }
    return info.isFile() ? { file, size: info.size } : undefined;
  } catch {
    return undefined;
  }
}
