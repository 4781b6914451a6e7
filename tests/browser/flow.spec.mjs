// A file goes in, the same bytes come out as from the command line, and nothing leaves: with the network watched, and
// with the network cut.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import {
  LINUX, WINDOWS, answerAll, bring, cliZip, convertFor, download, idle, openPage, products, scratch, watchRequests,
} from './page.mjs';
import { DIST, serve } from './serve.mjs';

let site;
test.beforeEach(async () => {
  site = await serve(DIST);
});
test.afterEach(() => site.close());

const CASES = [
  { file: WINDOWS, target: 'defender/powershell', zip: 'crosswalk-ksws-trusted-zone.zip' },
  { file: WINDOWS, target: 'defender/intune', zip: 'crosswalk-ksws-trusted-zone.zip' },
  { file: LINUX, target: 'defender/linux', zip: 'crosswalk-kesl-settings.zip' },
  { file: LINUX, target: 'clamav/conf', zip: 'crosswalk-kesl-settings.zip' },
];

const zipButton = (page) => page.getByRole('button', { name: 'Download everything as one ZIP' });

for (const { file, target, zip } of CASES) {
  test(`${target}: the download equals the command line's, and no request after ready`, async ({ context }) => {
    const page = await openPage(context, site.url);
    const before = site.requests.length;
    const seen = watchRequests(context);

    await bring(page, file);
    const answers = await answerAll(page);
    await convertFor(page, await nameOf(page, target));
    const ours = await download(page, zipButton(page));

    expect(ours.name).toBe(zip);
    expect(ours.bytes.equals(await cliZip(file, target, answers))).toBe(true);
    expect(seen).toEqual([]);
    expect(site.requests.slice(before)).toEqual([]);
    expect(page.problems).toEqual([]);
  });
}

test('the same with the network cut', async ({ context }) => {
  const page = await openPage(context, site.url);
  await context.setOffline(true);
  await site.close();

  await bring(page, LINUX);
  const answers = await answerAll(page);
  await convertFor(page, await nameOf(page, 'clamav/conf'));
  const ours = await download(page, zipButton(page));
  expect(ours.bytes.equals(await cliZip(LINUX, 'clamav/conf', answers))).toBe(true);
});

test('consent to a looser form is asked for, shown, undone, and gives what --accept gives', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  const answers = await answerAll(page);
  await convertFor(page, await nameOf(page, 'clamav/conf'));

  const offer = page.locator('.offers li').first();
  await expect(offer).toContainText('If you accept, for example:');
  const code = await offer.locator('.code').textContent();
  await offer.getByRole('button', { name: /^Accept/ }).click();
  await idle(page);
  await expect(offer.getByRole('button', { name: /^Take back/ })).toBeVisible();
  const accepted = await download(page, zipButton(page));
  expect(accepted.bytes.equals(await cliZip(LINUX, 'clamav/conf', answers, ['--accept', code]))).toBe(true);

  await page.getByRole('button', { name: 'Undo the last step' }).click();
  await idle(page);
  await expect(offer.getByRole('button', { name: /^Accept/ })).toBeVisible();
  const undone = await download(page, zipButton(page));
  expect(undone.bytes.equals(await cliZip(LINUX, 'clamav/conf', answers))).toBe(true);
});

test('a row is left out and taken back', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  await answerAll(page);
  await convertFor(page, await nameOf(page, 'clamav/conf'));
  await page.getByRole('radio', { name: /^exact/ }).check();
  await page.getByRole('button', { name: /^Leave out/ }).first().click();
  await page.getByRole('radio', { name: /^dropped 1/ }).check();
  await expect(page.getByText('Left out', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^Take back/ }).click();
  await idle(page);
  await expect(page.locator('.chip', { hasText: /^dropped 0/ })).toBeVisible();
});

test('several files at once, and one that is refused', async ({ context }) => {
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  const notes = join(await scratch(), 'notes.txt');
  await writeFile(notes, 'Buy milk\nand bread\n');
  await page.getByLabel('Choose files').setInputFiles([LINUX, WINDOWS, notes]);
  await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
  await idle(page);
  await expect(page.locator('.brought li')).toHaveCount(3);
  await expect(page.locator('.brought li', { hasText: 'notes.txt' })).toContainText('Not read.');
  await expect(page.getByRole('heading', { name: 'For the Linux files' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'For the Windows files' })).toBeVisible();
  expect(await products(page)).toHaveLength(12);
  await convertFor(page, await nameOf(page, 'clamav/conf'));
  await convertFor(page, await nameOf(page, 'defender/intune'), { along: true });
  await expect(page.locator('table.ledger')).toHaveCount(2);
  const zip = await download(page, zipButton(page));
  expect(zip.name).toBe('crosswalk.zip');
  expect(zip.bytes.subarray(0, 2).toString()).toBe('PK');
  expect(site.requests.slice(before)).toEqual([]);

  await page.getByRole('button', { name: 'Remove notes.txt' }).click();
  await page.getByRole('button', { name: 'Remove ksws-trusted-zone.xml' }).click();
  await idle(page);
  await expect(page.locator('table.ledger')).toHaveCount(1);
});

test('several files of one system come out as the command line writes them', async ({ context }) => {
  const page = await openPage(context, site.url);
  const second = join(await scratch(), 'second.ini');
  await writeFile(second, (await readFile(LINUX, 'utf8')).replace('/srv/booking/db', '/srv/orders/db'));
  await bring(page, LINUX);
  await page.getByLabel('Choose files').setInputFiles([second]);
  await expect(page.locator('article.input')).toHaveCount(2);
  await idle(page);
  const answers = await answerAll(page);
  await convertFor(page, await nameOf(page, 'clamav/conf'));
  const ours = await download(page, zipButton(page));
  expect(ours.bytes.equals(await cliZip([LINUX, second], 'clamav/conf', answers))).toBe(true);
});

test('pasted text is read', async ({ context }) => {
  const page = await openPage(context, site.url);
  await page.getByText('Paste text instead').click();
  await page.getByLabel('The text of one export').fill(await readFile(LINUX, 'utf8'));
  await page.getByRole('button', { name: 'Read the pasted text' }).click();
  await expect(page.locator('.brought')).toContainText('pasted.txt');
  await expect(page.getByRole('heading', { name: 'Choose the new product' })).toBeVisible();
});

test('a dropped file is read', async ({ context }) => {
  const page = await openPage(context, site.url);
  const text = await readFile(LINUX, 'utf8');
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'dropped.ini'));
    return transfer;
  }, text);
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: data });
  await expect(page.locator('.brought li')).toHaveText([/^dropped\.ini/]);
  // Beside the zone, too: the browser would leave the page otherwise.
  await page.locator('.foot').dispatchEvent('drop', { dataTransfer: data });
  await expect(page.locator('.brought li')).toHaveText([/^dropped\.ini/, /^dropped\.ini \(2\)/]);
  await expect(page.getByRole('heading', { name: 'Choose the new product' })).toBeVisible();
});

test('single files and the sanitised copy can be taken', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  await convertFor(page, await nameOf(page, 'clamav/conf'));
  await page.getByText('Single files').click();
  const report = await download(page, page.getByRole('button', { name: 'Download report.json' }));
  expect(report.name).toBe('report.json');
  expect(JSON.parse(report.bytes.toString()).target.id).toBe('clamav/conf');
  await page.getByText('A copy of your file for a bug report').click();
  const copy = await download(page, page.getByRole('button', { name: /sanitised copy/ }));
  expect(copy.bytes.toString()).not.toContain('/srv/booking');
});

/** The name of a product card by the id of its route. */
async function nameOf(page, target) {
  return page.locator(`.route[data-target="${target}"] h4`).textContent();
}
