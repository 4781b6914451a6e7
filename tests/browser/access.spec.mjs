// Everybody can use it: no violations by axe-core at any step, in both themes and on a narrow screen; the keyboard
// alone does; the focus goes to the result.

import { expect, test } from '@playwright/test';

import {
  LINUX, WINDOWS, active as activeIn, answerAll, bring, convertFor, idle, openPage, products, tabTo as tabIn, violations,
} from './page.mjs';
import { DIST, serve } from './serve.mjs';

let site;
test.beforeAll(async () => {
  site = await serve(DIST);
});
test.afterAll(() => site.close());

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    test(`axe-core finds nothing: ${colorScheme}, ${width} px`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const page = await openPage(context, site.url);
      await expect.soft(await violations(page), 'empty').toEqual([]);
      await page.getByText('Paste text instead').click();
      await page.getByText('How to get an export out of Kaspersky').click();
      await bring(page, LINUX, WINDOWS);
      await page.getByText('Everything that was read').first().click();
      await expect.soft(await violations(page), 'read').toEqual([]);
      await answerAll(page);
      for (const name of await products(page)) await convertFor(page, name);
      await page.getByText('Single files').first().click();
      await expect.soft(await violations(page), 'converted').toEqual([]);
      for (const chip of await page.locator('.chip input[type=radio]').all()) {
        await chip.check();
        await idle(page);
      }
      await expect.soft(await violations(page), 'all rows').toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, 'the page is no wider than the window').toBeLessThanOrEqual(0);
      await context.close();
    });
  }
}

test('the keyboard alone does', async ({ context }) => {
  const page = await openPage(context, site.url);
  const { keyboard } = page;
  const active = () => activeIn(page);
  const tabTo = (pattern) => tabIn(page, pattern);

  // Asked for early, so that the browser hands the dialog over by the time it opens.
  const dialog = page.waitForEvent('filechooser');
  await tabTo(/^a .*Skip/);
  await tabTo(/^input files/);
  await keyboard.press('Enter');
  await (await dialog).setFiles(WINDOWS);
  await expect.poll(active).toMatch(/^h2 understand/);
  await idle(page);

  // Questions: a radio is reached by Tab, chosen by Space, changed by an arrow.
  const open = await page.locator('fieldset.question').count();
  for (let i = 0; i < open; i += 1) {
    await tabTo(/^input {2}/);
    await keyboard.press('Space');
    await idle(page);
    await expect(page.locator('fieldset.question').nth(i).getByRole('radio').first()).toBeChecked();
    await keyboard.press('ArrowDown');
    await idle(page);
    await expect(page.locator('fieldset.question').nth(i).getByRole('radio').nth(1)).toBeChecked();
  }

  await tabTo(/^button .*Convert/);
  await keyboard.press('Enter');
  await expect.poll(active).toMatch(/^h2 decide/);
  await idle(page);

  await tabTo(/^input {2}/); // the filter of the ledger
  await keyboard.press('ArrowRight');
  await idle(page);
  expect(await active()).toMatch(/^input/);

  await tabTo(/^button .*Download everything/);
  const [file] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
  expect(file.suggestedFilename()).toBe('crosswalk-ksws-trusted-zone.zip');
});

test('every table has a caption and scoped headings, every control a name', async ({ context }) => {
  const page = await openPage(context, site.url);
  await bring(page, LINUX);
  for (const name of await products(page)) await convertFor(page, name);
  await page.getByText('Everything that was read').click();
  for (const table of await page.locator('table').all()) {
    await expect(table.locator('caption')).not.toBeEmpty();
    expect(await table.locator('th:not([scope])').count()).toBe(0);
  }
  expect(await page.locator('[style]').count(), 'no style attributes').toBe(0);
  await expect(page.getByRole('status')).toHaveCount(1);
});
