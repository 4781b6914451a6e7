// Drives the page the way a person does: by labels, roles and words. Nothing here reaches into the program.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

import axe from 'axe-core';

import { CLI } from './serve.mjs';

const run = promisify(execFile);

/** Exports to bring. */
export const SAMPLES = resolve(fileURLToPath(new URL('../../www/samples', import.meta.url)));
export const LINUX = join(SAMPLES, 'kesl-settings.ini');
export const WINDOWS = join(SAMPLES, 'ksws-trusted-zone.xml');

/** An empty folder for one test. */
export const scratch = () => mkdtemp(join(tmpdir(), 'crosswalk-'));

/** Opens the page and waits until it says *ready*. */
export async function openPage(context, url) {
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.problems = problems;
  await page.goto(url);
  await page.locator('html[data-ready=yes]').waitFor({ state: 'attached' });
  return page;
}

/** Everything http or ws that the page, its workers or its pop-ups ask for, from now on. */
export function watchRequests(context) {
  const seen = [];
  context.on('request', (request) => /^(https?|wss?):/.test(request.url()) && seen.push(request.url()));
  const listen = (page) => page.on('websocket', (socket) => seen.push(socket.url()));
  context.pages().forEach(listen);
  context.on('page', listen);
  return seen;
}

/** Brings files by the file input and waits until they are understood. */
export async function bring(page, ...files) {
  await page.getByLabel('Choose files').setInputFiles(files);
  await page.getByRole('heading', { name: 'Choose the new product' }).waitFor();
  await idle(page);
}

/** Waits until the engine has nothing to do. */
export async function idle(page) {
  await page.locator('.status:not(.busy)').waitFor({ state: 'attached' });
}

/** Answers every question with its first option and tells what was answered: `{ key: value }`. */
export async function answerAll(page) {
  const answers = {};
  for (const question of await page.locator('fieldset.question').all()) {
    const first = question.getByRole('radio').first();
    const [key, input] = splitOnce(await first.getAttribute('name'), '@');
    await first.check();
    await idle(page);
    answers[key] = await first.getAttribute('value');
    answers[`${key}@${input}`] = answers[key];
  }
  return answers;
}

function splitOnce(text, by) {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}

/** Shows the routes for which the files hold nothing, too. */
async function unfoldOthers(page) {
  // One after the other: each click takes one out of the list.
  const folded = page.locator('details.others:not([open]) > summary');
  while (await folded.count()) await folded.first().click();
}

/** Converts for a product and waits for the result; for no other, unless it is to come along. */
export async function convertFor(page, product, { along = false } = {}) {
  const chosen = page.getByRole('button', { name: /^Do not convert for / });
  while (!along && (await chosen.count())) {
    await chosen.first().click();
    await idle(page);
  }
  await unfoldOthers(page);
  // Files of two systems may have a route of one name.
  await page.getByRole('button', { name: `for ${product}` }).first().click();
  await page.getByRole('heading', { name: 'Take it away' }).waitFor();
  await idle(page);
}

/** Downloads by a click on the button of this name: `{ name, bytes }`. */
export async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** What the command line writes for the same input and answers: its ZIP. `status` 3: some of it was refused. */
export async function cliZip(input, target, answers, extra = [], status = 0) {
  const out = join(await scratch(), 'out');
  const given = Object.entries(answers)
    .filter(([key]) => !key.includes('@'))
    .flatMap(([key, value]) => ['--answer', `${key}=${value}`]);
  const code = await run(CLI, ['convert', ...[input].flat(), '--to', target, '--out', out, '--zip', ...given, ...extra]).then(
    () => 0,
    (error) => error.code,
  );
  if (code !== status) throw new Error(`the command line ended with ${code}, not ${status}`);
  const zips = (await files(out)).filter((name) => name.endsWith('.zip'));
  if (zips.length !== 1) throw new Error(`the command line wrote ${zips.length} archives`);
  return readFile(join(out, zips[0]));
}

/** All files below a folder, relative to it. */
export async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => relative(folder, join(e.parentPath ?? e.path, e.name)));
}

/** Headings of the product cards, as the page offers them. */
export const products = (page) => page.locator('.route h4').allTextContents();

/** The files of an archive as the page writes it, stored only: `{ path: bytes }`. */
export function unpack(zip) {
  const files = {};
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50; ) {
    const [size, name, extra] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26), zip.readUInt16LE(at + 28)];
    const data = at + 30 + name + extra;
    files[zip.toString('utf8', at + 30, at + 30 + name)] = zip.subarray(data, data + size);
    at = data + size;
  }
  return files;
}

/** An archive of these `[path, bytes]`, stored only. */
export function pack(entries) {
  const [bodies, directory] = [[], []];
  let offset = 0;
  for (const [path, bytes] of entries) {
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, name);
    const head = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, bytes]);
    bodies.push(head);
    offset += head.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, index, end]);
}

/** Violations of the page as it stands, short enough to read in a failure. */
export async function violations(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    // The page's policy lets nothing be fetched, so axe must not try.
    const { violations } = await globalThis.axe.run(document, { preload: false });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
  });
}

/** The element that has the focus, in words: tag, id, label, text. */
export const active = (page) =>
  page.evaluate(() => {
    const e = document.activeElement;
    return `${e.tagName.toLowerCase()} ${e.id} ${e.getAttribute('aria-label') ?? ''} ${e.textContent?.trim().slice(0, 60) ?? ''}`;
  });

/** Presses Tab until the element with the focus matches. */
export async function tabTo(page, pattern) {
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    if (pattern.test(await active(page))) return;
  }
  throw new Error(`no way to ${pattern} by Tab; the focus is on ${await active(page)}`);
}
