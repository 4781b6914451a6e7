// A secret in an export comes out nowhere; cancelling works at once and loses nothing that was there before.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { LINUX, answerAll, bring, convertFor, download, idle, openPage, products, scratch } from './page.mjs';
import { DIST, serve } from './serve.mjs';

let site;
test.beforeEach(async () => {
  site = await serve(DIST);
});
test.afterEach(() => site.close());

const SECRETS = ['Spring-Tide-41', 'c0rrect-Horse-77', 'zQ8xV2nLw4Rt9KpYb6Md1Hs3Jf7Gc5Ue'];

test('a secret in an export appears nowhere', async ({ context }) => {
  const page = await openPage(context, site.url);
  const text = await readFile(LINUX, 'utf8');
  expect(text).toContain(SECRETS[0]);
  const planted = text
    .replace('[AppSettings]\n', `[AppSettings]\nProxyPassword=${SECRETS[1]}\nActivationToken=${SECRETS[2]}\n`);
  const file = join(await scratch(), 'planted.ini');
  await writeFile(file, planted);
  await bring(page, file);
  await answerAll(page);
  await page.getByText('Everything that was read').click();

  const holds = (where, content) => {
    for (const secret of SECRETS) {
      for (const form of [secret, Buffer.from(secret).toString('base64')]) {
        expect(content.includes(form), `${where} holds ${secret}`).toBe(false);
      }
    }
  };
  for (const name of await products(page)) {
    await convertFor(page, name);
    await page.getByRole('radio', { name: /^all/ }).check();
    await idle(page);
    holds('the page', await page.content());
    const zip = await download(page, page.getByRole('button', { name: 'Download everything as one ZIP' }));
    holds(`the archive for ${name}`, zip.bytes.toString('latin1'));
    await page.getByText('Something wrong?').click();
    const copy = await download(page, page.getByRole('button', { name: /sanitised copy/ }));
    holds('the sanitised copy', copy.bytes.toString('latin1'));
    await page.getByText('Something wrong?').click();
  }
});

test('the page keeps nothing', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  const kept = await page.evaluate(async () => ({
    cookies: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
  }));
  expect(kept).toEqual({ cookies: '', local: 0, session: 0, databases: 0, caches: 0 });
});

test('cancel works at once, asks for nothing, and keeps what was there', async ({ context }) => {
  const big = join(await scratch(), 'big.ini');
  await writeFile(big, await bigExport(60));
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  const before = site.requests.length;

  await page.getByLabel('Choose files').setInputFiles(big);
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await cancel.waitFor();
  const took = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector('.status button').click();
    while (document.querySelector('.brought')?.textContent.includes('big.ini')) {
      await new Promise((next) => setTimeout(next, 2));
    }
    return performance.now() - start;
  });
  expect(took, 'milliseconds until the page let go').toBeLessThan(200);

  // What was there is there, and everything works.
  await idle(page);
  await expect(page.locator('.brought')).toContainText('kesl-settings.ini');
  for (const name of await products(page)) await convertFor(page, name);
  const zip = await download(page, page.getByRole('button', { name: 'Download everything as one ZIP' }));
  expect(zip.bytes.length).toBeGreaterThan(1_000);
  expect(site.requests.slice(before)).toEqual([]);
});

/** A large export: about as many megabytes. */
async function bigExport(megabytes) {
  const head = await readFile(LINUX, 'utf8');
  const parts = [head];
  let size = head.length;
  for (let i = 1_000; size < megabytes * 1_000_000; i += 1) {
    const part =
      `\n[MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_${i}]\nAreaDesc=Share ${i}\nUseScanArea=Yes\n` +
      `Path=/srv/share/department-${i}/projects\nAreaMask.item_0000=*\n`;
    parts.push(part);
    size += part.length;
  }
  return parts.join('');
}
