import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drop, expectNoErrors, launch, makePhoto, open, settled, tile, withBrowser } from './browser.js';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));

/** Quick to edit by, and beside it the pipelines of the models that ship. */
const PIPELINES = `version: 1
pipelines:
  brighten:
    about: Brighten photos
    params:
      photos: { type: path, default: photos, about: Folder of photos }
      output: { type: path, default: edited, about: Folder of the results }
      stops:  { type: number, default: 0.5, min: -3, max: 3, about: Stops of light }
    steps:
      - files:  { in: $photos }
      - decode
      - adjust: { exposure: $stops }
      - encode: { like: source, quality: 90 }
      - save:   "$output/{path}"
`;

withBrowser('the page of pipe serve', () => {
  let browser: Browser;
  let folder: string;
  let server: ChildProcess;
  let address: string;

  const serve = async (port: string): Promise<void> => {
    server = spawn(process.execPath, [pipe, 'serve', '--port', port, '--state', join(folder, 'state')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout! })) {
      const [found] = /http:\/\/[\d.:]+/.exec(line) ?? [];
      if (found === undefined) continue;
      address = found;
      return;
    }
    throw new Error('The server says no address.');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prismflow-page-'));
    await writeFile(join(folder, 'pipelines.yaml'), PIPELINES);
    [browser] = await Promise.all([launch(), serve('0')]);
  });
  afterAll(async () => {
    await browser?.close();
    if (server?.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('gives by a download what pipe run writes, byte for byte', async () => {
    const opened = await open(browser, address);
    const { page } = opened;
    const photo = await makePhoto('valley.jpg', 640, 427);
    await drop(page, [photo]);
    await tile(page, 'Brighten').click();
    await settled(page);
    await page.getByRole('textbox', { name: 'Stops' }).fill('0.75');
    await settled(page);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const given = await readFile(await (await download).path());
    await page.keyboard.press('f');
    await page.getByRole('button', { name: 'Show the receipt' }).waitFor();

    await mkdir(join(folder, 'photos'), { recursive: true });
    await writeFile(join(folder, 'photos/valley.jpg'), photo.buffer);
    await promisify(execFile)(process.execPath, [pipe, 'run', 'brighten', '--set', 'stops=0.75'], {
      cwd: folder,
    });
    expect(given.equals(await readFile(join(folder, 'edited/valley.jpg')))).toBe(true);

    // Every edit on offer shows this photo.
    await page.waitForFunction(() => document.querySelectorAll('.tile img:not(.coming)').length >= 6);
    await page.getByRole('button', { name: 'Keep as preset' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('brighter');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('pipe watch presets/brighter.yaml').waitFor();
    await page.keyboard.press('Escape');
    await tile(page, 'Brighter').waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it('goes on with a job where it was, after the server was killed in the middle', async () => {
    const opened = await open(browser, address);
    const { page } = opened;
    const photos = await Promise.all(
      Array.from({ length: 6 }, (_, index) => makePhoto(`photo-${index + 1}.jpg`, 160, 120)),
    );
    await drop(page, photos);
    await page.getByRole('button', { name: 'Apply to 6 photos' }).waitFor();
    await tile(page, 'Brighten').click();
    await page.getByRole('button', { name: 'Apply to 6 photos' }).click();
    await page.getByText('brighten on 6 photos').waitFor();

    const port = new URL(address).port;
    server.kill('SIGKILL');
    await once(server, 'exit');
    await serve(port);
    await page.reload();
    await page
      .getByRole('button', { name: /^Queue/ })
      .first()
      .click();
    await page.getByText('6 of 6 photos').waitFor({ timeout: 150_000 });
    const zip = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download all as zip' }).click();
    expect((await readFile(await (await zip).path())).subarray(0, 2).toString()).toBe('PK');
    await opened.close();
  });
});
