// Both doors write the same bytes: every fixture of tests/suite that is read, and the shared samples where they are
// there, converted in the page and by the command line.

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';

import { answerAll, bring, cliZip, convertFor, download, openPage, watchRequests } from './page.mjs';
import { DIST, serve } from './serve.mjs';

const REPOSITORY = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const SUITE = join(REPOSITORY, 'tests/suite');
const SHARED = resolve(REPOSITORY, '../shared/samples/kaspersky');

const inputOf = (name) => join(SUITE, name, readdirSync(join(SUITE, name)).find((file) => file.startsWith('input.')));

/** Files of each system with the names of the products as the page writes them. */
const INPUTS = [
  { file: inputOf('kesl-branch-office'), system: 'linux' },
  { file: inputOf('kesl-task-file'), system: 'linux' },
  { file: inputOf('ksws-file-server'), system: 'windows' },
  { file: inputOf('local-exclusions'), system: 'windows' },
  { file: inputOf('local-trusted'), system: 'windows' },
  { file: join(SHARED, 'linux/kesl-11.1.0.3013-export-settings.rendered.ini'), system: 'linux' },
  { file: join(SHARED, 'windows/authored/authored-ksws-trusted-zone.xml'), system: 'windows' },
  { file: join(SHARED, 'windows/authored/authored-local-ui-exclusions.csv'), system: 'windows' },
];

const TARGETS = {
  linux: ['defender/linux', 'defender/indicators', 'clamav/conf'],
  windows: [
    'defender/powershell',
    'defender/intune',
    'defender/graph',
    'defender/gpo',
    'defender/indicators',
    'huntress/lists',
    'windows-firewall/powershell',
    'windows-firewall/graph',
    'windows-firewall/gpo',
  ],
};

for (const { file, system } of INPUTS) {
  if (!existsSync(file)) {
    console.log(`skipped: ${file.slice(SHARED.length + 1)} is not here`);
    continue;
  }
  const label = file.startsWith(SHARED) ? file.slice(SHARED.length + 1) : file.slice(SUITE.length + 1);
  test(`same bytes at both doors: ${label}`, async ({ context }) => {
    const site = await serve(DIST);
    try {
      const page = await openPage(context, site.url);
      const seen = watchRequests(context);
      await bring(page, file);
      const answers = await answerAll(page);
      const nameOf = (target) => page.locator(`.route[data-target="${target}"] h4`).textContent();
      const zip = page.getByRole('button', { name: 'Download everything as one ZIP' });
      for (const target of TARGETS[system]) {
        await convertFor(page, await nameOf(target));
        const ours = await download(page, zip);
        expect(ours.bytes.equals(await cliZip(file, target, answers)), target).toBe(true);
      }
      // Two that go together.
      const both = [TARGETS[system][0], TARGETS[system][1]];
      await convertFor(page, await nameOf(both[0]));
      await convertFor(page, await nameOf(both[1]), { along: true });
      const ours = await download(page, zip);
      expect(ours.bytes.equals(await cliZip(file, both.join(','), answers)), 'both').toBe(true);
      expect(seen).toEqual([]);
    } finally {
      await site.close();
    }
  });
}
