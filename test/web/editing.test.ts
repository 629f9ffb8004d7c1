import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  drop,
  expectNoErrors,
  faultsOf,
  launch,
  makePhoto,
  open,
  settled,
  tile,
  withBrowser,
} from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

const built = fileURLToPath(new URL('../../dist/web/', import.meta.url));

describe('the page that is built', () => {
  it('weighs 150 KB compressed at most at its first load', () => {
    expect(existsSync(built), 'npm run build makes dist/web').toBe(true);
    const html = readFileSync(`${built}index.html`, 'utf8');
    const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(2);
    const bytes = ['index.html', ...named].map((path) => gzipSync(readFileSync(built + path)).length);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(150_000);
  });

  it('names nothing that lies elsewhere', () => {
    const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.(html|css)$/.test(path),
    );
    for (const path of files)
      expect(readFileSync(built + path, 'utf8')).not.toMatch(/(?:src|href|url)[=(]["']?(?:https?:)?\/\//);
  });
});

withBrowser('editing on the page', () => {
  let browser: Browser;
  let server: MockServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startMock()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('shows a photo that is dropped under every edit, and compares it by a divider', async () => {
    const opened = await open(browser, server.address);
    const { page, requests } = opened;
    await drop(page, [await makePhoto('lake.jpg')]);
    await page.waitForSelector('.stage .layer');
    await page.waitForFunction(() => document.querySelectorAll('.tile img:not(.coming)').length === 6);
    await tile(page, 'Dehaze').click();
    await settled(page);
    const knob = page.getByRole('slider', { name: /Divider/ });
    expect(await knob.getAttribute('aria-valuenow')).toBe('50');

    const box = await page.locator('.pane').boundingBox();
    await page.mouse.move(box!.x + box!.width / 2, box!.y + box!.height / 2);
    await page.mouse.down();
    await page.mouse.move(box!.x + box!.width / 2 + 100, box!.y + box!.height / 2, { steps: 4 });
    await page.mouse.up();
    const dragged = Number(await knob.getAttribute('aria-valuenow'));
    expect(dragged).toBeGreaterThan(55);
    const clip = await page.locator('.clip').evaluate((element) => (element as HTMLElement).style.clipPath);
    expect(clip).toMatch(/^inset\(0(px)? 0(px)? 0(px)? [\d.]+px\)$/);

    await knob.press('ArrowLeft');
    expect(await knob.getAttribute('aria-valuenow')).toBe(String(dragged - 1));
    await knob.press('Home');
    expect(await knob.getAttribute('aria-valuetext')).toBe('0 % before');
    expect(requests.every((url) => url.startsWith(server.address) || url.startsWith('blob:'))).toBe(true);
    expect(requests.filter((url) => url.includes('sphere'))).toEqual([]);
    expectNoErrors(opened);
    await opened.close();
  });

  it('asks for what dials say, and gives back what the server edits as a download', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await drop(page, [await makePhoto('hill.jpg')]);
    await tile(page, 'Dehaze').click();
    await settled(page);
    const asked = page.waitForRequest(
      (request) =>
        request.url().endsWith('/previews') && (request.postData() ?? '').includes('"strength":0.25'),
    );
    await page.getByRole('textbox', { name: 'Strength' }).fill('0.25');
    await asked;
    await page.getByRole('slider', { name: 'Trust' }).fill('0.5');
    await settled(page);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('hill.jpg');
    const { edited } = await import('./mock-server.js');
    const source = (await makePhoto('hill.jpg')).buffer;
    const expected = await edited(source, [
      { pipeline: 'dehaze', parameters: { strength: 0.25, trust: 0.5 } },
    ]);
    expect(readFileSync(await file.path()).equals(expected)).toBe(true);
    expectNoErrors(opened);
    await opened.close();
  });

  it('chains edits in an order that can be changed, left out, taken back and kept as a preset', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await drop(page, [await makePhoto('sea.jpg')]);
    for (const name of ['Dehaze', 'Sunset', 'Bluehour', 'Exposure']) await tile(page, name).click();
    const order = () => page.locator('.step h3').allInnerTexts();
    const names = async () => (await order()).map((text) => text.replace(/^\d\s*/, ''));
    // A look takes the place of the look that was there.
    expect(await names()).toEqual(['Dehaze', 'Bluehour', 'Exposure']);
    await page.getByRole('button', { name: 'Move Exposure: drag' }).press('ArrowUp');
    expect(await names()).toEqual(['Dehaze', 'Exposure', 'Bluehour']);
    const grip = await page.getByRole('button', { name: 'Move Bluehour: drag' }).boundingBox();
    await page.mouse.move(grip!.x + 8, grip!.y + 8);
    await page.mouse.down();
    await page.mouse.move(grip!.x + 8, grip!.y - 400, { steps: 6 });
    await page.mouse.up();
    expect((await names())[0]).toBe('Bluehour');
    await page.getByRole('button', { name: 'Leave Exposure out' }).click();
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Leave Exposure out' }).waitFor();
    await page.getByRole('button', { name: 'Remove Exposure', exact: true }).click();

    await page.getByRole('button', { name: 'Keep as preset' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('No File');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('alert').getByText('This name cannot be a file').first().waitFor();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('misty');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByText('pipe watch presets/misty.yaml').waitFor();
    await page.keyboard.press('Escape');
    await tile(page, 'Misty').waitFor();
    await opened.close();
  });

  it('zooms both sides together, and fetches every pixel when it is looked at closely', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await drop(page, [await makePhoto('wide.jpg', 3000, 2000)]);
    await tile(page, 'Dehaze').click();
    await settled(page);
    await page.keyboard.press('s');
    const full = page.waitForResponse((response) => response.url().endsWith('/v1/edits'));
    await page.keyboard.press('z');
    await full;
    await page.getByText('Full size', { exact: true }).waitFor();
    const boxes = await page
      .locator('.layer')
      .evaluateAll((layers) => layers.map((layer) => layer.clientWidth));
    expect(boxes).toEqual([3000, 3000]);
    const place = () =>
      page
        .locator('.layer')
        .evaluateAll((layers) => layers.map((layer) => (layer as HTMLElement).style.transform));
    const before = await place();
    await page.locator('.pane').first().hover();
    await page.mouse.down();
    await page.mouse.move(300, 200);
    await page.mouse.up();
    const after = await place();
    expect(after).not.toEqual(before);
    expect(new Set(after).size).toBe(1);

    await page.keyboard.press('d');
    await page.keyboard.down('\\');
    expect(await page.locator('.clip').count()).toBe(0);
    await page.keyboard.up('\\');
    await page.locator('.clip').waitFor();
    await page.keyboard.press('c');
    await page.locator('canvas.layer').waitFor();
    await page.keyboard.press('t');
    await page.getByText('the models disagree').waitFor();
    await page.keyboard.press('f');
    await page.getByText('3000 × 2000').waitFor();
    await page.getByText('passed: 0.26 of 1 level allowed').waitFor();
    await page.getByRole('button', { name: 'Show the receipt' }).click();
    await page.getByText('"receipt-1"').waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it('opens panoramas to look around in, one eye of stereo ones, before and after', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await drop(page, [await makePhoto('round.jpg', 512, 256), await makePhoto('round-stereo.jpg', 256, 256)]);
    for (const name of ['round.jpg', 'round-stereo.jpg']) {
      await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
      await tile(page, 'Sunset').click();
      await settled(page);
      await page.getByRole('button', { name: 'Look around in 360°' }).click();
      await page.locator('.psv-canvas').waitFor();
      await page.getByRole('button', { name: 'Before', exact: true }).click();
      await page.locator('.sphere .tag', { hasText: 'Before' }).waitFor();
      await page.getByRole('button', { name: 'After', exact: true }).click();
    }
    expect(await page.locator('.sphere .tag').innerText()).toContain('left eye');
    expect(await faultsOf(page)).toEqual([]);
    expectNoErrors(opened);
    await opened.close();
  });
});
