// Lists whose columns nobody documents: the user says what they mean, by keyboard alone, and nothing is converted before.
// What was said is kept as a recipe, and the recipe does the same for the next file, here and on the command line.

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import {
  active, answerAll, bring, cliZip, convertFor, download, idle, openPage, scratch, tabTo, unpack, violations, watchRequests,
} from './page.mjs';
import { DIST, serve } from './serve.mjs';

const SUITE = resolve(fileURLToPath(new URL('../suite', import.meta.url)));
const TRUSTED = join(SUITE, 'kes-trusted-applications/input.xml');
const ROWS = join(SUITE, 'rows-exclusions-confirmed/input.csv');
const SCRIPT = 'Set-DefenderExclusions.ps1';

let site;
test.beforeEach(async () => {
  site = await serve(DIST);
});
test.afterEach(() => site.close());

const zipButton = (page) => page.getByRole('button', { name: 'Download everything as one ZIP' });
const confirmButton = (page) => page.getByRole('button', { name: 'Confirm these columns' });
const nameOf = (page, target) => page.locator(`.route[data-target="${target}"] h4`).textContent();

test('the keyboard alone confirms, converts and takes away', async ({ context }) => {
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  const seen = watchRequests(context);
  const { keyboard } = page;

  const dialog = page.waitForEvent('filechooser');
  await tabTo(page, /^input files/);
  await keyboard.press('Enter');
  await (await dialog).setFiles(TRUSTED);
  await expect.poll(() => active(page)).toMatch(/^h2 understand/);
  await idle(page);

  // What 305 means is not known, so it is proposed to nobody; 1 and 0 are.
  const meaning = page.getByRole('group', { name: /nTriggers/ }).getByLabel(/^305/);
  await expect(meaning).toHaveValue('');
  await expect(page.getByRole('group', { name: /bEnabled/ }).getByLabel(/^1/)).toHaveValue('on');
  await expect(page.locator('.preview')).toContainText('What 305 means in the column');
  await meaning.evaluate((e) => e.id).then((id) => tabTo(page, new RegExp(`^select ${id} `)));
  await keyboard.press('y');
  await idle(page);
  await expect(meaning).toHaveValue('on');
  await expect(page.locator('.preview')).toContainText('Trust C:\\Program Files\\Ledger\\ledger.exe');
  await expect(page.getByRole('status')).toContainText(/Read with these meanings: \d of the first/);

  await tabTo(page, /^button .*Confirm these columns/);
  await keyboard.press('Enter');
  await expect.poll(() => active(page)).toMatch(/^h\d list-/);
  await expect(page.getByRole('status')).toContainText('The columns are confirmed');
  await expect(page.locator('.counts')).toContainText('trusted applications');

  await tabTo(page, /^button .*Convert/);
  await keyboard.press('Enter');
  await expect.poll(() => active(page)).toMatch(/^h2 decide/);
  await idle(page);
  await tabTo(page, /^button .*Accept for 2 rows/);
  await keyboard.press('Enter');
  await idle(page);
  await tabTo(page, /^button .*Download everything/);
  const [file] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  const script = unpack(await readFile(await file.path()))[SCRIPT].toString();
  expect(script).toContain('C:\\Program Files\\Ledger\\ledger.exe');
  // What was not said is not converted.
  expect(script).not.toContain('scan.exe');
  expect(seen).toEqual([]);
  expect(site.requests.slice(before)).toEqual([]);
  expect(page.problems).toEqual([]);
});

test('nothing is converted before, and a confirmation is changed and undone', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, ROWS);
  const holds = page.locator('.counts');
  await expect(holds).not.toContainText('exclusion');

  // What lacks something is not confirmed, and the page says what.
  const path = page.getByLabel('Meaning of Path');
  await expect(path).toHaveValue('path');
  await path.selectOption('name');
  for (const other of ['Threat name', 'SHA256']) await page.getByLabel(`Meaning of ${other}`).selectOption('unknown');
  await idle(page);
  await expect(page.locator('.missing')).toContainText('No column is marked as');
  await confirmButton(page).click();
  await expect(page.getByRole('status')).toContainText('Not confirmed');
  await expect(holds).not.toContainText('exclusion');

  await path.selectOption('path');
  await page.getByLabel('Meaning of Threat name').selectOption('threat');
  await page.getByLabel('Meaning of SHA256').selectOption('hash');
  await idle(page);
  await confirmButton(page).click();
  await idle(page);
  await expect(holds).toContainText('exclusions');

  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByLabel('Each row is one of').selectOption('listed');
  await idle(page);
  await confirmButton(page).click();
  await idle(page);
  await expect(holds).not.toContainText('exclusion');
  await page.getByRole('button', { name: 'Undo the last step' }).or(page.getByRole('button', { name: 'Undo', exact: true })).first().click();
  await idle(page);
  await expect(confirmButton(page)).toBeVisible();
  await expect(page.getByLabel('Each row is one of')).toHaveValue('listed');
});

test('a recipe is kept, and does the same for a second file at both doors', async ({ context }) => {
  const page = await openPage(context, site.url);
  const before = site.requests.length;
  await bring(page, ROWS);
  await confirmButton(page).click();
  await idle(page);
  await answerAll(page);
  const recipe = await download(page, page.getByRole('button', { name: 'Keep as a recipe' }).first());
  expect(recipe.name).toBe('recipe.json');
  const text = recipe.bytes.toString();
  expect(JSON.parse(text).crosswalk_recipe).toBe(1);
  expect(text).not.toContain('Ledger');
  await convertFor(page, await nameOf(page, 'defender/powershell'));
  const first = await download(page, zipButton(page));
  expect(unpack(first.bytes)[SCRIPT].toString()).toContain('D:\\Ledger; old');

  // The next customer: another page, another file of the same shape.
  const folder = await scratch();
  const [kept, second] = [join(folder, 'recipe.json'), join(folder, 'second.csv')];
  await writeFile(kept, recipe.bytes);
  await writeFile(second, (await readFile(ROWS, 'utf8')).replaceAll('Ledger', 'Bakery'));
  const next = await openPage(context, site.url);
  await next.getByLabel('Choose files').setInputFiles([kept]);
  await expect(next.getByRole('heading', { name: 'Recipes that are applied' })).toBeFocused();
  await bring(next, second);
  await expect(next.getByText('Confirmed by the recipe recipe.json')).toBeVisible();
  await convertFor(next, await nameOf(next, 'defender/powershell'));
  const ours = await download(next, zipButton(next));
  expect(ours.bytes.equals(await cliZip(second, 'defender/powershell', {}, ['--recipe', kept]))).toBe(true);
  expect(unpack(ours.bytes)[SCRIPT].toString()).toContain('D:\\Bakery; old');

  await next.getByRole('button', { name: 'Remove the recipe recipe.json' }).click();
  await idle(next);
  await expect(confirmButton(next)).toBeVisible();
  expect(site.requests.slice(before).filter((r) => !/^\/(index\.html|app|boot|style|manifest|$)/.test(r.url))).toEqual([]);
});

test('a recipe of another form is refused in words', async ({ context }) => {
  const page = await openPage(context, site.url);
  const file = join(await scratch(), 'new.json');
  await writeFile(file, '{"crosswalk_recipe":2,"tables":[]}');
  await page.getByLabel('Choose files').setInputFiles([file]);
  await expect(page.locator('.brought li')).toContainText('This is a recipe of form 2');
});

test('one confirmation for all lists of a shape, when it is asked for', async ({ context }) => {
  const page = await openPage(context, site.url);
  const second = join(await scratch(), 'second.csv');
  await writeFile(second, (await readFile(ROWS, 'utf8')).replaceAll('Ledger', 'Bakery'));
  await bring(page, ROWS, second);
  await expect(page.locator('article.input')).toHaveCount(2);
  await page.getByLabel('Also for the other list of this shape').first().check();
  await confirmButton(page).first().click();
  await idle(page);
  await expect(confirmButton(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo for all 2 lists' }).first().click();
  await idle(page);
  await expect(confirmButton(page)).toHaveCount(2);
});

test('a pasted list is a list', async ({ context }) => {
  const page = await openPage(context, site.url);
  await page.getByText('Paste text instead').click();
  await page.getByLabel('The text of one export').fill('Path;Comment\nC:\\Data\\*;books\nD:\\Shop\\till.exe;till\n');
  await page.getByRole('button', { name: 'Read the pasted text' }).click();
  await expect(page.locator('.brought')).toContainText('pasted.txt');
  await expect(page.getByLabel('Meaning of Path')).toHaveValue('path');
  await expect(confirmButton(page)).toBeVisible();
});

test('a list of 100,000 rows shows its first rows', async ({ context }) => {
  const page = await openPage(context, site.url);
  const file = join(await scratch(), 'long.csv');
  const rows = Array.from({ length: 100_000 }, (_, n) => `C:\\Data\\${n}\\*;row ${n}`);
  await writeFile(file, `Path;Comment\n${rows.join('\n')}\n`);
  await bring(page, file);
  await expect(page.locator('table.grid tbody tr')).toHaveCount(8);
  await expect(page.locator('table.grid caption')).toContainText('The first 8 of 100000 rows');
  await expect(confirmButton(page)).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`axe-core finds nothing at lists: ${colorScheme}, ${width} px`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const page = await openPage(context, site.url);
      await bring(page, TRUSTED, ROWS);
      expect.soft(await violations(page), 'before').toEqual([]);
      for (let n = 0; n < 2; n += 1) {
        await confirmButton(page).first().click();
        await idle(page);
      }
      expect.soft(await violations(page), 'confirmed').toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, 'the page is no wider than the window').toBeLessThanOrEqual(0);
      expect(await page.locator('[style]').count(), 'no style attributes').toBe(0);
      await context.close();
    });
  }
}
