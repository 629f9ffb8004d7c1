import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drop, expectNoErrors, launch, makePhoto, open, tile, withBrowser } from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

withBrowser('the queue', () => {
  let browser: Browser;
  let server: MockServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startMock({ itemTime: 120 })]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('edits all photos, says why some failed, and is still there after a reload in the middle', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    const { buffer } = await makePhoto('any.jpg', 96, 64);
    const names = Array.from({ length: 50 }, (_, i) =>
      [12, 31].includes(i) ? `broken-${i}.jpg` : `${i}.jpg`,
    );
    await drop(
      page,
      names.map((name) => ({ name, mimeType: 'image/jpeg', buffer })),
    );
    await page.getByRole('button', { name: 'Apply to 50 photos' }).waitFor();
    await tile(page, 'Exposure').click();
    await page.getByRole('button', { name: 'Apply to 50 photos' }).click();
    await page.getByText('exposure on 50 photos').waitFor();
    await page.getByRole('button', { name: 'Queue: ' }).waitFor();

    await page.reload();
    // Photos and their edits are there again, and the queue says how far it is.
    await page.getByRole('button', { name: /^Queue: \d+ photos? to come/ }).click();
    expect(await page.locator('.frame').count()).toBe(50);
    expect(await page.locator('.step h3').allInnerTexts()).toHaveLength(1);
    await page.locator('.job-state', { hasText: 'Done' }).waitFor();
    await page.getByText('50 of 50 photos').waitFor();
    await page.getByText('2 failed').click();
    for (const name of ['broken-12.jpg', 'broken-31.jpg'])
      await page.getByText(`${name} ends in the middle`, { exact: false }).waitFor();
    const zip = await page.getByRole('link', { name: 'Download all as zip' }).getAttribute('href');
    expect(zip).toMatch(/^\/v1\/jobs\/[^/]+\/results\.zip$/);

    await page.getByRole('button', { name: 'Try all 2 again' }).click();
    await page.locator('.failures').waitFor({ state: 'detached' });
    await page.locator('.job-state', { hasText: 'Done' }).waitFor();
    await page.getByRole('button', { name: 'Remove job' }).click();
    await page.getByText('No jobs.').waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it('cancels, and the page is used meanwhile', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await drop(page, await Promise.all([1, 2, 3, 4, 5].map((n) => makePhoto(`${n}.jpg`, 96, 64))));
    await page.getByRole('button', { name: 'Apply to 5 photos' }).waitFor();
    await tile(page, 'Exposure').click();
    await page.getByRole('button', { name: 'Apply to 5 photos' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.job-state', { hasText: 'Cancelled' }).waitFor();
    await page.keyboard.press('Escape');
    expectNoErrors(opened);
    await opened.close();
  });

  it('says what the server refuses, and takes the other photos', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    const text = { name: 'letter.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('Dear photographer') };
    await drop(page, [text, await makePhoto('fine.jpg', 96, 64)]);
    await page.getByRole('alert').getByText('letter.jpg: This is no photo').waitFor();
    await page.getByRole('button', { name: 'Apply to 1 photo' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Remove letter.jpg' }).click({ force: true });
    expect(await page.locator('.frame').count()).toBe(1);
    await opened.close();
  });
});
