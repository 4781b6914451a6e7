// The watch itself is watched: a copy of the page that leaks on purpose must be caught, and the lock must stop it.
// And the module cannot ask for what the lock does not stop: its imports are held to a list.

import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { LINUX, bring, openPage, scratch, watchRequests } from './page.mjs';
import { DIST, serve } from './serve.mjs';

/** A copy of the page that fetches from page and worker once it is ready; without the lock if asked for. */
async function leaking({ locked }) {
  const folder = join(await scratch(), 'dist');
  await cp(DIST, folder, { recursive: true });
  const path = join(folder, 'boot.js');
  let text = await readFile(path, 'utf8');
  const replace = (what, by) => {
    expect(text, `boot.js holds ${what}`).toContain(what);
    text = text.replace(what, by);
  };
  if (!locked) replace('    lock();\n', '');
  // Well after ready, on a slow machine, too: the page waits for it, the worker only for a time.
  const inPage = `(function leak() {
    const root = document.documentElement;
    if (root.dataset.ready !== 'yes') return setTimeout(leak, 50);
    setTimeout(() => fetch('./leak-page').then(() => (root.dataset.leak = 'sent'), () => (root.dataset.leak = 'blocked')), 500);
  })();`;
  const inWorker = `setTimeout(() => fetch('\' + origin + \'/leak-worker').then(() => 0, () => 0), 2500);`;
  replace('const IN_WORKER = `', `const IN_WORKER = \`${inWorker.replace('\' + origin + \'', '${location.origin}')}`);
  replace('    await wasm_bindgen({ module_or_path: module });', `    await wasm_bindgen({ module_or_path: module });\n${inPage}`);
  await writeFile(path, text);
  return serve(folder);
}

test('a page that leaks is caught', async ({ context }) => {
  const site = await leaking({ locked: false });
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  const seen = watchRequests(context);
  await page.locator('html[data-leak=sent]').waitFor({ state: 'attached' });
  const leaks = () => site.requests.slice(before).map((r) => r.url).sort();
  await expect.poll(leaks, { timeout: 20_000 }).toEqual(['/leak-page', '/leak-worker']);
  expect(seen.map((url) => new URL(url).pathname)).toContain('/leak-page');
  await site.close();
});

test('the lock stops the same leaks in page and worker', async ({ context }) => {
  const site = await leaking({ locked: true });
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  await page.locator('html[data-leak=blocked]').waitFor({ state: 'attached' });
  await page.waitForTimeout(3_000);
  expect(site.requests.slice(before)).toEqual([]);
  expect(page.problems.filter((p) => p.includes("connect-src 'none'")).length).toBeGreaterThanOrEqual(1);
  await site.close();
});

test('nothing can be fetched after ready, not even by hand', async ({ context }) => {
  const site = await serve(DIST);
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  const outcome = await page.evaluate(async () => ({
    fetch: await fetch('./style.css').then(() => 'sent', () => 'blocked'),
    xhr: await new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onload = () => done('sent');
      request.onerror = () => done('blocked');
      try {
        request.open('GET', './style.css');
        request.send();
      } catch {
        done('blocked');
      }
    }),
    worker: (() => {
      try {
        new Worker('./boot.js');
        return 'started';
      } catch {
        return 'blocked';
      }
    })(),
  }));
  expect(outcome).toEqual({ fetch: 'blocked', xhr: 'blocked', worker: 'blocked' });
  expect(site.requests.slice(before)).toEqual([]);
  await bring(page, LINUX);
  await site.close();
});

test('the module imports what is on the list and nothing else', async () => {
  const module = await WebAssembly.compile(await readFile(join(DIST, 'app_bg.wasm')));
  const plain = (name) => name.replace(/^__wbg_/, '').replace(/_[0-9a-f]{16}$/, '');
  // `__wbindgen_…` are the glue's own: numbers, strings and references across the border. They reach no browser API.
  const imports = WebAssembly.Module.imports(module).map((i) => i.name).filter((name) => !name.startsWith('__wbindgen_'));
  const found = [...new Set(imports.map(plain))].sort();
  const list = new URL('imports.allow.txt', import.meta.url);
  if (process.env.BLESS) await writeFile(list, `${HEAD}${found.join('\n')}\n`);
  const allowed = (await readFile(list, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'));
  expect(found.filter((name) => !allowed.includes(name)), 'imports that are not on the list').toEqual([]);
  expect(allowed.filter((name) => !found.includes(name)), 'names on the list that nothing imports').toEqual([]);
  const ways = /fetch|socket|rtc|peer|beacon|xmlhttp|eventsource|transport|navigate|^open$|location|href|download|^click$|submit|importscripts|cookie|storage|indexeddb/i;
  expect(found.filter((name) => ways.test(name)), 'ways out').toEqual([]);
});

const HEAD = `# What the WebAssembly module may ask the browser for. The page's policy cannot stop navigation nor WebRTC, so the
# module must not even be able to ask. A new line here is a decision: look at what it can do. BLESS=1 writes this file.
`;
