// Times the engine in headless Chromium. `cargo xtask bench` builds the module and calls this:
//
//     node bench.mjs FOLDER      a folder with bench_browser.js and bench_browser_bg.wasm, made by wasm-bindgen
//
// Prints one line for each measurement: the best of seven runs. Then it times the page itself, in CROSSWALK_DIST: from
// the moment a file of 20 MB is chosen until the page shows what was read.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { bring, openPage } from './page.mjs';
import { DIST, serve } from './serve.mjs';
import config from './playwright.config.mjs';

const MEGABYTES = 20;
const RUNS = 7;

function line(what, bytes, ms) {
  const speed = Math.round(bytes / 1e6 / (ms / 1e3));
  console.log(`${what.padEnd(58)} ${ms.toFixed(1).padStart(8)} ms ${String(speed).padStart(8)} MB/s`);
}

const folder = process.argv[2];
const launch = config.use.launchOptions;
const browser = await chromium.launch(launch);
const temporary = await mkdtemp(join(tmpdir(), 'crosswalk-bench-'));
try {
  await writeFile(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><title>bench</title>');
  const site = await serve(folder);
  const page = await browser.newPage();
  await page.goto(site.url);
  const result = await page.evaluate(async ({ size, runs }) => {
    const module = await import('./bench_browser.js');
    await module.default();
    const bytes = module.ksws(size);
    const best = (work) => {
      let least = Infinity;
      for (let run = 0; run < runs; run += 1) {
        const start = performance.now();
        if (work(bytes) === 0) throw new Error('the engine refused the input');
        least = Math.min(least, performance.now() - start);
      }
      return least;
    };
    return { bytes: bytes.length, text: new TextDecoder().decode(bytes),
      kesl: (() => {
        const export_ = module.kesl(size);
        const start = performance.now();
        if (module.policy(export_) === 0) throw new Error('the engine refused the input');
        return performance.now() - start;
      })(),
      bare: best(module.bare), policy: best(module.policy), everything: best(module.everything) };
  }, { size: MEGABYTES * 1_000_000, runs: RUNS });
  await site.close();
  console.log(`In headless Chromium ${browser.version()}: KSWS export, ${MEGABYTES} MB, the bytes copied into the module each time`);
  line('bare quick-xml event loop', result.bytes, result.bare);
  line('bytes to policy', result.bytes, result.policy);
  line('bytes to all files', result.bytes, result.everything);
  line('a KESL export of the same size, bytes to policy, one run', result.bytes, result.kesl);

  const file = join(temporary, 'big.xml');
  await writeFile(file, result.text);
  const built = await serve(DIST);
  let least = Infinity;
  for (let run = 0; run < 3; run += 1) {
    const context = await browser.newContext();
    const shown = await openPage(context, built.url);
    const start = Date.now();
    await bring(shown, file);
    least = Math.min(least, Date.now() - start);
    await context.close();
  }
  await built.close();
  line('the page: file chosen to read and weighed for two products', result.bytes, least);
} finally {
  await browser.close();
  await rm(temporary, { recursive: true, force: true });
}
