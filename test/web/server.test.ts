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

/** A machine with much to do takes its time. */
const PATIENCE = { timeout: 60_000, interval: 300 };

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
  tiny:
    about: Learn to make dark photos bright
    seed: 3
    params:
      photos: { type: path, default: photos, about: Folder of photos }
      out:    { type: path, default: runs/tiny, about: Folder of the training }
      steps:  { type: integer, default: 6, min: 1, about: Steps of a cycle }
    streams:
      clear: [files: { in: $photos, shuffle: true, repeat: true }, decode, crop: { size: 32, random: true }]
      dark:  [clear, adjust: { exposure: -1 }]
    steps:
      - pair: { from: dark, to: clear }
      - batch: 2
      - gan.step:
          generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }
          discriminator: { patch: { layers: 1, width: 4 } }
          losses: { adversarial: 0.1, pixel: 1 }
          optimizer: { adamw: { rate: 1e-3, decay: 0.025 } }
          schedule: { restarts: { first: $steps, factor: 1, cycles: 1 } }
      - snapshot: { to: $out, checkpoint: 5 }
      - report: { to: $out, every: 5 }
`;

withBrowser('the page of pipe serve', () => {
  let browser: Browser;
  let folder: string;
  let server: ChildProcess;
  let address: string;

  const serve = async (port: string): Promise<void> => {
    const options = ['--port', port, '--state', join(folder, 'state'), '--root', 'pictures'];
    server = spawn(process.execPath, [pipe, 'serve', ...options], {
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

  it('edits 50 photos of a folder, tells why two failed, and is reloaded in the middle', async () => {
    await mkdir(join(folder, 'pictures/bulk'), { recursive: true });
    const { buffer } = await makePhoto('any.jpg', 1500, 1000);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        writeFile(
          join(folder, `pictures/bulk/${i}.jpg`),
          [7, 40].includes(i) ? buffer.subarray(0, buffer.length / 3) : buffer,
        ),
      ),
    );
    const opened = await open(browser, address);
    const { page } = opened;
    await page.evaluate(() =>
      fetch('/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Bulk', edits: [{ pipeline: 'brighten' }], paths: ['bulk'] }),
      }),
    );
    await page.reload();
    await page.getByRole('button', { name: /^Queue: \d+ photos? to come/ }).click();
    await page.getByText(/^(?:[1-9]|[1-4]\d) of 50 photos$/).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Queue/ }).click();
    await page.getByText('50 of 50 photos').waitFor({ timeout: 150_000 });
    await page.getByText('2 failed').click();
    for (const name of ['7.jpg', '40.jpg'])
      await page.locator('.failures li', { has: page.getByText(name, { exact: true }) }).waitFor();
    expect(await page.locator('.failures li').first().innerText()).toMatch(/^\d+\.jpg\n.*(?:damaged|end)/i);
    await page.getByRole('button', { name: 'Remove job' }).click();
    await page.getByText('No jobs.').waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it('begins a training, follows it, stops it, goes on with it, and edits with its model', async () => {
    await mkdir(join(folder, 'pictures/clear'), { recursive: true });
    for (const i of [1, 2, 3, 4])
      await writeFile(join(folder, `pictures/clear/${i}.jpg`), (await makePhoto('a.jpg', 90 + i, 60)).buffer);
    const opened = await open(browser, `${address}/#trainings`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Start a training' }).click();
    await page.getByLabel('Photos', { exact: true }).selectOption({ label: 'pictures/clear · 4 photos' });
    await page.getByRole('textbox', { name: 'Name' }).fill('bright');
    await page.getByText('Parameters').click();
    await page.getByRole('textbox', { name: 'Steps' }).fill('2000');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText(/^Step (?:[6-9]|\d\d+) of 2,000/).waitFor();
    await page.locator('.compare').first().waitFor();
    // An edit is answered while it trains.
    const begun = performance.now();
    expect(await page.evaluate(async () => (await fetch('/v1/jobs')).status)).toBe(200);
    expect(performance.now() - begun).toBeLessThan(5000);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: /^Go on from step/ }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: /^Go on from step/ }).waitFor();
    await page.getByRole('button', { name: 'Use this model' }).click();
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'Edit photos with it' }).click();
    await drop(page, [await makePhoto('c.jpg', 160, 120)]);
    await tile(page, 'Bright').click();
    await settled(page);
    await page.waitForFunction(() => document.querySelectorAll('.tile img:not(.coming)').length >= 6);
    expect(await tile(page, 'Bright').locator('img').count()).toBe(1);
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

    // A training that runs as well keeps what it has learned when its server is killed.
    await page.evaluate(
      async (folders) => {
        const body = JSON.stringify({ recipe: 'tiny', name: 'left', folders, parameters: { steps: 3000 } });
        await fetch('/v1/trainings', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
      },
      { photos: 'clear' },
    );
    const left = async () => {
      const { trainings } = (await (await fetch(`${address}/v1/trainings`)).json()) as {
        readonly trainings: readonly Readonly<Record<string, unknown>>[];
      };
      return trainings.find(({ name }) => name === 'runs/left');
    };
    await expect.poll(async () => Number((await left())?.step ?? 0), PATIENCE).toBeGreaterThan(6);

    const port = new URL(address).port;
    server.kill('SIGKILL');
    await once(server, 'exit');
    await serve(port);
    await expect.poll(left, PATIENCE).toMatchObject({ state: 'stopped', canResume: true });
    const { step, checkpoint } = (await left()) ?? {};
    expect([typeof step, checkpoint]).toEqual(['number', step]);
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
