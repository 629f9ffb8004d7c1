/**
 * Takes the README's picture of the page: starts `pipe serve` in an empty folder, drops photos on the page, edits the first one and writes
 * what Chromium shows. Needs what `npm run build` makes.
 *
 * usage: node scripts/picture-of-page.mjs TO.jpg EDIT PHOTO...     as in: docs/page.jpg Dehaze hills.jpg lake.jpg
 *
 * docs/page.jpg shows photos of budgie-backgrounds (github.com/BuddiesOfBudgie/budgie-backgrounds), which are in the public domain (CC0).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const MOST_BYTES = 200_000;
const pipe = fileURLToPath(new URL('../dist/cli/pipe.cjs', import.meta.url));
const [to, edit, ...photos] = process.argv.slice(2);
if (photos.length === 0) throw new Error('usage: node scripts/picture-of-page.mjs TO.jpg EDIT PHOTO...');

const folder = mkdtempSync(join(tmpdir(), 'prismflow-picture-'));
const server = spawn(process.execPath, [pipe, 'serve', '--port', '0', '--state', join(folder, 'state')], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let address;
for await (const line of createInterface({ input: server.stdout })) {
  [address] = /http:\/\/[\d.:]+/.exec(line) ?? [];
  if (address !== undefined) break;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: 'dark' });
page.setDefaultTimeout(300_000);
await page.goto(address);
await page.setInputFiles('input[type=file]', photos);
const tiles = () =>
  page.waitForFunction(
    () => document.querySelector('.tile img:not(.coming)') && !document.querySelector('.tile img.coming'),
  );
await tiles();
await page.locator('.tile', { hasText: edit }).click();
await page.waitForSelector('.stage[data-updating="false"] .clip .layer');
await page.waitForLoadState('networkidle');
await page.waitForTimeout(3000);
await page.mouse.move(0, 0);
const shot = await page.screenshot();
await browser.close();
server.kill('SIGTERM');
await once(server, 'exit');
rmSync(folder, { recursive: true, force: true });

for (const quality of [90, 86, 82, 78, 74, 70, 60]) {
  const bytes = await sharp(shot).jpeg({ quality, mozjpeg: true }).toBuffer();
  if (bytes.length > MOST_BYTES) continue;
  writeFileSync(to, bytes);
  break;
}
