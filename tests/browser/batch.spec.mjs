// Many files at once: a ZIP, a folder that is chosen, a folder that is dropped. Customers stay apart, and the output is the
// command line's.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import {
  LINUX, cliZip, convertFor, download, idle, openPage, pack, scratch, unpack, violations, watchRequests,
} from './page.mjs';
import { DIST, serve } from './serve.mjs';

const SUITE = resolve(fileURLToPath(new URL('../suite', import.meta.url)));
const OTHER = join(SUITE, 'kesl-branch-office/input.ini');
const FILES = {
  'acme/kesl.ini': LINUX,
  'acme/servers/kesl.ini': OTHER,
  'bakery/kesl.ini': LINUX,
  'clinic/branch.ini': OTHER,
};
const CUSTOMERS = ['acme', 'bakery', 'clinic'];

let site;
test.beforeEach(async () => {
  site = await serve(DIST);
});
test.afterEach(() => site.close());

/** A folder with three customers, something that is not read and something that is left out. */
async function customers() {
  const folder = join(await scratch(), 'batch');
  for (const [name, from] of Object.entries(FILES)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await cp(from, join(folder, name));
  }
  await writeFile(join(folder, 'clinic/notes.txt'), 'Buy milk\nand bread\n');
  await writeFile(join(folder, 'clinic/.DS_Store'), 'x');
  return folder;
}

/** The same as a ZIP. */
async function zipped() {
  const file = join(await scratch(), 'batch.zip');
  const entries = await Promise.all(Object.entries(FILES).map(async ([name, from]) => [name, await readFile(from)]));
  entries.push(['clinic/notes.txt', Buffer.from('Buy milk\nand bread\n')], ['clinic/.DS_Store', Buffer.from('x')]);
  await writeFile(file, pack(entries));
  return file;
}

/** Waits for the batch, converts it, and holds it against the command line's. */
async function check(page, brought, seen) {
  await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
  await idle(page);
  const bring = page.locator('section[aria-labelledby=bring]');
  for (const customer of CUSTOMERS) await expect(bring.getByRole('heading', { name: customer })).toBeVisible();
  const refused = bring.locator('.refused');
  await expect(refused).toContainText('1 file not read');
  await expect(refused).toContainText('batch');
  await expect(refused).toContainText('clinic/notes.txt');
  await expect(bring.locator('.left')).toContainText('1 file left out');
  const understand = page.locator('section[aria-labelledby=understand]');
  await expect(understand.locator('.customer')).toHaveCount(3);
  await expect(understand.locator('.customer').first()).toContainText('2 inputs');

  const name = await page.locator('.route[data-target="clamav/conf"] h4').textContent();
  await convertFor(page, name);
  for (const step of ['decide', 'take']) {
    await expect(page.locator(`section[aria-labelledby=${step}] .customer`)).toHaveCount(3);
  }
  const zip = await download(page, page.getByRole('button', { name: 'Download everything as one ZIP' }));
  expect(zip.bytes.equals(await cliZip(brought, 'clamav/conf', {}, [], 3))).toBe(true);
  const folders = new Set(Object.keys(unpack(zip.bytes)).map((path) => path.split('/').slice(0, -1).join('/')));
  expect([...folders].sort()).toEqual([
    '', 'acme/kesl.ini (2)/clamav-conf', 'acme/kesl.ini/clamav-conf', 'bakery/kesl.ini/clamav-conf',
    'clinic/branch.ini/clamav-conf',
  ]);
  expect(seen).toEqual([]);
  expect(page.problems).toEqual([]);
}

test('three customers from one ZIP', async ({ context }) => {
  const page = await openPage(context, site.url);
  const seen = watchRequests(context);
  const zip = await zipped();
  await page.getByLabel('Choose files').setInputFiles([zip]);
  await check(page, zip, seen);
});

test('three customers from a folder that is chosen', async ({ context }) => {
  const page = await openPage(context, site.url);
  const seen = watchRequests(context);
  const folder = await customers();
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  await check(page, folder, seen);
});

test('three customers from a folder that is dropped', async ({ context }) => {
  const page = await openPage(context, site.url);
  const seen = watchRequests(context);
  const folder = await customers();
  const { x, y } = await page.locator('.drop').boundingBox();
  const devtools = await context.newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await devtools.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 20, data });
  }
  await check(page, folder, seen);
});

test('inputs of a customer are unfolded, decided and removed by themselves', async ({ context }) => {
  const page = await openPage(context, site.url);
  await page.getByLabel('Choose files').setInputFiles([await zipped()]);
  await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
  await idle(page);
  await convertFor(page, await page.locator('.route[data-target="clamav/conf"] h4').textContent());
  const decide = page.locator('section[aria-labelledby=decide]');
  await expect(decide.locator('table')).toHaveCount(0);
  const acme = decide.getByRole('article', { name: 'acme: kesl.ini', exact: true });
  await acme.locator('summary').first().press('Enter');
  await expect(decide.locator('table.ledger')).toHaveCount(1);
  await expect(acme.locator('tbody tr').first()).toBeVisible();

  // Consent is given for what is in view, and for no other customer.
  const offer = acme.getByRole('button', { name: /^Accept for/ });
  await offer.click();
  await idle(page);
  await expect(acme.getByRole('button', { name: /^Take back for/ })).toBeVisible();
  const bakery = decide.getByRole('article', { name: 'bakery: kesl.ini', exact: true });
  await bakery.locator('summary').first().click();
  await expect(bakery.getByRole('button', { name: /^Accept for/ })).toBeVisible();

  await page.getByRole('button', { name: 'Remove all 2 of acme' }).click();
  await idle(page);
  await expect(decide.locator('.customer')).toHaveCount(2);
});

test('a thousand files stay usable', async ({ context }) => {
  test.setTimeout(120_000);
  const page = await openPage(context, site.url);
  const text = await readFile(join(SUITE, 'local-exclusions', 'input.csv')).catch(() => readFile(LINUX));
  const file = join(await scratch(), 'many.zip');
  const entries = Array.from({ length: 1_000 }, (_, n) => [`customer-${n % 40}/export-${n}.csv`, text]);
  await writeFile(file, pack(entries));
  await page.getByLabel('Choose files').setInputFiles([file]);
  await page.getByRole('heading', { name: 'Choose the new product' }).waitFor({ timeout: 60_000 });
  await idle(page);
  const understand = page.locator('section[aria-labelledby=understand]');
  await expect(understand.locator('.customer')).toHaveCount(40);
  expect(await page.locator('*').count(), 'elements').toBeLessThan(3_000);
  const took = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector('section[aria-labelledby=understand] .customer summary').click();
    while (!document.querySelector('section[aria-labelledby=understand] article')) {
      await new Promise((next) => setTimeout(next, 2));
    }
    return performance.now() - start;
  });
  expect(took, 'milliseconds to unfold a customer').toBeLessThan(500);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`axe-core finds nothing at a batch: ${colorScheme}, ${width} px`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const page = await openPage(context, site.url);
      await page.getByText('How to get an export out of Kaspersky').click();
      await page.locator('.how > details > summary').first().click();
      await page.getByLabel('Choose files').setInputFiles([await zipped()]);
      await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
      await idle(page);
      await convertFor(page, await page.locator('.route[data-target="clamav/conf"] h4').textContent());
      expect.soft(await violations(page), 'folded').toEqual([]);
      for (const step of ['understand', 'decide', 'take']) {
        await page.locator(`section[aria-labelledby=${step}] article summary`).first().click();
        await idle(page);
      }
      expect.soft(await violations(page), 'unfolded').toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, 'the page is no wider than the window').toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}

test('the collector is handed out without a request', async ({ context }) => {
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  await page.getByText('How to get an export out of Kaspersky').click();
  await page.locator('.how summary', { hasText: /^Kaspersky Security Center$/ }).click();
  await expect(page.getByText('never run against a live server').first()).toBeVisible();
  const script = await download(page, page.getByRole('button', { name: 'Download crosswalk-collect.ps1' }));
  expect(script.bytes.equals(await readFile(resolve(SUITE, '../../src/collector/crosswalk-collect.ps1')))).toBe(true);
  expect(site.requests.slice(before)).toEqual([]);
});
