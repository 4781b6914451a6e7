// Drives the page the way a person does: by labels, roles and words. Nothing here reaches into the program.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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

/** Converts for a product and waits for the result. */
export async function convertFor(page, product) {
  await page.getByRole('button', { name: `for ${product}` }).click();
  await page.getByRole('heading', { name: 'Take it away' }).waitFor();
  await idle(page);
}

/** Downloads by a click on the button of this name: `{ name, bytes }`. */
export async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** What the command line writes for the same input and answers: its ZIP. */
export async function cliZip(input, target, answers, extra = []) {
  const out = join(await scratch(), 'out');
  const given = Object.entries(answers)
    .filter(([key]) => !key.includes('@'))
    .flatMap(([key, value]) => ['--answer', `${key}=${value}`]);
  await run(CLI, ['convert', ...[input].flat(), '--to', target, '--out', out, '--zip', ...given, ...extra]);
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
