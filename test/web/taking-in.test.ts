import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drop, expectNoErrors, launch, makePhoto, open, tile, withBrowser } from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

/** Milliseconds of a processor that the page may take until it answers: as long on the clock where the machine does nothing else. */
const INTERACTIVE = 1000;

withBrowser('what comes to the page', () => {
  let browser: Browser;
  let server: MockServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startMock()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('is taken in less than a second after the page was asked for', async () => {
    const opened = await open(browser, 'about:blank');
    const { page, requests } = opened;
    // Other programs of the machine do not count: the time is that of the page's thread.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(server.address);
    await page.waitForFunction(() => performance.getEntriesByName('prismflow-ready').length > 0);
    // At the mark files are listened for, and the way to choose some is there.
    expect(await page.locator('button', { hasText: 'Choose photos' }).isVisible()).toBe(true);
    const { metrics } = await session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Infinity;
    expect(seconds * 1000).toBeLessThan(INTERACTIVE);
    // Nothing is waited for but the page, its style, its script and its theme.
    const files = requests.filter((url) => url.startsWith(server.address) && !url.includes('/v1/'));
    expect(files.length).toBeLessThan(7);
    await opened.close();
  });

  it('is a picture that is pasted', async () => {
    const opened = await open(browser, server.address, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = opened;
    await page.getByText('Put light right').waitFor();
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(120, 80);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#a06030';
      context.fillRect(0, 0, 120, 80);
      const picture = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    });
    await page.keyboard.press('Control+V');
    await page.locator('.frame').waitFor();
    await page.keyboard.press('f');
    await page.getByText('120 × 80').waitFor();
    // Text that is pasted is nothing to edit, and says nothing.
    await page.evaluate(() => navigator.clipboard.writeText('a letter'));
    await page.keyboard.press('Control+V');
    expect(await page.locator('.frame').count()).toBe(1);
    expectNoErrors(opened);
    await opened.close();
  });

  it('is a folder that is chosen, with those in it, and nothing that is no photo', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prismflow-chosen-'));
    await mkdir(join(folder, 'summer/evening'), { recursive: true });
    const { buffer } = await makePhoto('any.jpg', 96, 64);
    for (const name of ['one.jpg', 'summer/two.jpg', 'summer/evening/three.JPG'])
      await writeFile(join(folder, name), buffer);
    await writeFile(join(folder, 'notes.txt'), 'Dear diary');
    await writeFile(join(folder, '.hidden.jpg'), buffer);
    const opened = await open(browser, server.address);
    const { page } = opened;
    const chooser = page.waitForEvent('filechooser');
    await page.locator('button', { hasText: 'Choose a folder' }).click();
    await (await chooser).setFiles(folder);
    await page.locator('.frame').nth(2).waitFor();
    const names = await page
      .locator('.frame-choose')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')?.split(',')[0]));
    expect(names.toSorted()).toEqual(['one.jpg', 'three.JPG', 'two.jpg']);
    expectNoErrors(opened);
    await opened.close();
    await rm(folder, { recursive: true });
  });

  /** Two fingers on the screen, so far from the middle each. */
  const fingers = (x: number, y: number, apart: number) => [
    { x: x - apart, y, id: 1 },
    { x: x + apart, y, id: 2 },
  ];
  const touch = (
    session: CDPSession,
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    touchPoints: { readonly x: number; readonly y: number; readonly id: number }[],
  ) => session.send('Input.dispatchTouchEvent', { type, touchPoints });

  it('is zoomed by two fingers, about the place between them', async () => {
    const opened = await open(browser, server.address, {
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = opened;
    await drop(page, [await makePhoto('large.jpg', 1600, 1200)]);
    await tile(page, 'Sunset').waitFor();
    const zoom = page.locator('.zoom');
    await expect.poll(() => zoom.innerText()).toContain('Fit');
    const image = page.locator('.layer').first();
    const wide = async (): Promise<number> => (await image.boundingBox())!.width;
    const before = await wide();
    const pane = (await page.locator('.pane').boundingBox())!;
    const [x, y] = [pane.x + pane.width / 2, pane.y + pane.height / 2];
    const session = await page.context().newCDPSession(page);
    await touch(session, 'touchStart', fingers(x, y, 30));
    for (const apart of [40, 60, 80, 90]) await touch(session, 'touchMove', fingers(x, y, apart));
    await touch(session, 'touchEnd', []);
    await expect.poll(async () => (await wide()) / before).toBeGreaterThan(2.7);
    expect((await wide()) / before).toBeLessThan(3.3);
    // The page itself is not zoomed.
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
    const box = (await image.boundingBox())!;
    // While the photo is smaller than the pane it stays in its middle, so that it is not there to the pixel.
    expect(Math.abs(box.x + box.width / 2 - x)).toBeLessThan(30);

    await touch(session, 'touchStart', fingers(x, y, 90));
    for (const apart of [60, 30, 10]) await touch(session, 'touchMove', fingers(x, y, apart));
    await touch(session, 'touchEnd', []);
    await expect.poll(() => zoom.innerText()).toContain('Fit');
    expectNoErrors(opened);
    await opened.close();
  });
});
