import { mkdtemp, mkdir, writeFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { chromium } from '@playwright/test';
import { openPage, bring, idle, LINUX, WINDOWS } from './page.mjs';
import { serve } from './serve.mjs';
const OUT = '/tmp/shots-page';
const only = process.argv[2]; // width filter
const what = (process.argv[3] || 'columns,refused,batch').split(',');
const site = await serve('/tmp/w-page/dist');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
const SUITE = '/tmp/w-page/tests/suite';
const trusted = join(SUITE, 'kes-trusted-applications/input.xml');
const folder = join(await mkdtemp(join(tmpdir(), 'shots-')), 'customers');
for (const [c, f, from] of [['acme', 'ksws.xml', WINDOWS], ['acme', 'trusted.xml', trusted], ['bakery-north', 'trusted.xml', trusted], ['clinic', 'kesl.ini', LINUX], ['clinic', 'trusted.xml', trusted]]) {
  await mkdir(join(folder, c), { recursive: true });
  await cp(from, join(folder, c, f));
}
await writeFile(join(folder, 'clinic', 'notes.txt'), 'Buy milk\nand bread\n');
await writeFile(join(folder, 'clinic', '.DS_Store'), 'x');
const all = [];
for (const width of [360, 800, 1280]) for (const colorScheme of ['light', 'dark']) all.push([width, colorScheme]);
for (const [width, colorScheme] of all) {
  if (only && !only.split(',').includes(`${width}-${colorScheme}`)) continue;
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  const shot = async (page, name) => { await page.evaluate(() => scrollTo(0, 0)); await page.screenshot({ path: `${OUT}/${name}-${width}-${colorScheme}.png`, fullPage: true }); };
  try {
    if (what.includes('columns')) {
      const page = await openPage(context, site.url);
      await bring(page, trusted);
      await page.getByText('How the first rows would be read').waitFor();
      await shot(page, 'columns-before');
      const triggers = page.getByRole('group', { name: /nTriggers/ });
      if (await triggers.count()) await triggers.getByLabel(/^305/).selectOption('on');
      await idle(page);
      await page.getByRole('button', { name: 'Confirm these columns' }).click();
      await idle(page);
      await page.waitForTimeout(400);
      await shot(page, 'columns-after');
      if (page.problems.length) console.log(page.problems);
      await page.close();
    }
    if (what.includes('refused')) {
      const page = await openPage(context, site.url);
      const dir = await mkdtemp(join(tmpdir(), 'shots-'));
      const f1 = join(dir, 'settings.cfg'); await writeFile(f1, Buffer.from([0, 1, 2, 3, 200, 255, 0, 9]));
      const f2 = join(dir, 'a-very-long-name-of-an-export-that-somebody-made-on-a-friday-evening-before-the-holidays.xml'); await writeFile(f2, '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a/>');
      await page.getByLabel('Choose files').setInputFiles([f1, f2, join(folder, 'clinic/notes.txt')]);
      await page.waitForTimeout(800);
      await shot(page, 'refused');
      await page.close();
    }
    if (what.includes('batch')) {
      const page = await openPage(context, site.url);
      await page.getByLabel('Choose a folder').setInputFiles(folder);
      await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
      await idle(page);
      await page.waitForTimeout(400);
      await shot(page, 'batch-read');
      for (const b of await page.locator('.route button').all()) { await b.click(); await idle(page); }
      await page.getByRole('heading', { name: 'Take it away' }).waitFor();
      await page.waitForTimeout(400);
      await shot(page, 'batch-converted');
      if (page.problems.length) console.log(page.problems);
      await page.close();
    }
  } catch (e) { console.log(width, colorScheme, String(e).slice(0, 600)); }
  await context.close();
}
await browser.close();
await site.close();
