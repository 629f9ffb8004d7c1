import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  drop,
  expectNoErrors,
  faultsOf,
  launch,
  makePhoto,
  open,
  tabTo,
  tile,
  withBrowser,
} from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

/** Fills in the form and starts. */
const start = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: 'Start a training' }).click();
  await page.getByLabel('Before').selectOption('/photos/plain');
  await page.getByLabel('After').selectOption('/photos/developed');
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByText('Parameters').click();
  await page.getByRole('textbox', { name: 'Steps' }).fill('90000');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('heading', { name: `runs/${name}` }).waitFor();
};

/** Pixels of the curve's canvas that are not empty. */
const drawn = (page: Page): Promise<number> =>
  page
    .locator('.curve canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });

withBrowser('trainings on the page', () => {
  let browser: Browser;
  let server: MockServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startMock()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('are loaded when they are looked at, started, followed, stopped, gone on with, and used', async () => {
    const opened = await open(browser, server.address);
    const { page, requests } = opened;
    await page.getByText('Put light right').waitFor();
    expect(requests.filter((url) => /trainings/.test(url))).toEqual([]);
    await page.getByRole('button', { name: 'Trainings' }).click();
    await page.getByText('No trainings yet').waitFor();
    await start(page, 'mine');

    await page.getByText(/^Step \d+ of 90,000/).waitFor();
    await page.locator('.compare').nth(1).waitFor();
    const before = await drawn(page);
    await expect.poll(() => drawn(page), { timeout: 30_000 }).not.toBe(before);
    const label = await page.locator('.curve-plot').first().getAttribute('aria-label');
    expect(label).toMatch(/^Generator, all together: [\d.]+ at first, [\d.]+ at step \d+$/);

    // The divider shows what went in on its left, and what came out on its right; both examples move together.
    const divider = page.getByRole('slider', { name: 'Divider of example 1' });
    await divider.focus();
    await page.keyboard.press('Home');
    expect(
      await page.getByRole('slider', { name: 'Divider of example 2' }).getAttribute('aria-valuenow'),
    ).toBe('0');
    const box = (await page.locator('.compare').first().boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.75, box.y + 20);
    expect(Number(await divider.getAttribute('aria-valuenow'))).toBeCloseTo(75, -1);
    await page.getByRole('button', { name: 'Target' }).click();
    await page.locator('.tag', { hasText: 'Target' }).first().waitFor();

    // Earlier samples stay while new ones come, until the newest are asked for.
    await page.locator('.sample-steps input').waitFor();
    await page.locator('.sample-steps input').fill('0');
    await page.getByText('Step 1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Newest' }).click();

    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: /^Go on from step/ }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'runs/mine' }).waitFor();
    await page.getByRole('button', { name: /^Go on from step/ }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Use this model' }).click();
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('pipe run presets/mine.yaml').waitFor();
    await page.getByRole('button', { name: 'Edit photos with it' }).click();
    await drop(page, [await makePhoto('a.jpg')]);
    await tile(page, 'Mine').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'runs/mine' }).waitFor();
    // Photos that are dropped here are to be edited.
    await drop(page, [await makePhoto('b.jpg')]);
    await page.locator('.frame').nth(1).waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it('says what the server refuses', async () => {
    const opened = await open(browser, `${server.address}/#trainings`);
    const { page } = opened;
    await page.getByRole('button', { name: 'Start a training' }).click();
    await page.getByLabel('Before').selectOption('/photos/plain');
    await page.getByLabel('After').selectOption('/photos/developed');
    await page.getByRole('textbox', { name: 'Name' }).fill('mine');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('alert').getByText('There is a training in the folder already').waitFor();
    await opened.close();
  });

  for (const colorScheme of ['dark', 'light'] as const)
    it(`have nothing that axe-core finds (${colorScheme})`, async () => {
      const opened = await open(browser, `${server.address}/#trainings`, {
        colorScheme,
        reducedMotion: 'reduce',
      });
      const { page } = opened;
      await page.getByRole('button', { name: 'Start a training' }).click();
      await page.getByLabel('What to learn').waitFor();
      await page.getByText('Parameters').click();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await start(page, `axe-${colorScheme}`);
      await page.locator('.sample-steps input').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Use this model' }).click();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByRole('button', { name: 'Edit photos with it' }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: /^Go on/ }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expectNoErrors(opened);
      await opened.close();
    });

  it('are used by keys alone', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    await page.getByText('Put light right').waitFor();
    await page.keyboard.press('g');
    await tabTo(page, /^Start a training$/);
    await page.keyboard.press('Enter');
    await page.getByLabel('What to learn').waitFor();
    // A dialog has the focus, and a list is chosen from by its first letters.
    await tabTo(page, /^Before$/);
    await page.keyboard.type('photos/p');
    await tabTo(page, /^After$/);
    await page.keyboard.type('photos/d');
    await tabTo(page, /^Name$/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('by-keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'runs/by-keys' }).waitFor();
    await page.locator('.compare').first().waitFor();
    await tabTo(page, /^Divider of example 1$/);
    await page.keyboard.press('PageUp');
    expect(
      await page.getByRole('slider', { name: 'Divider of example 1' }).getAttribute('aria-valuenow'),
    ).toBe('60');
    await page.locator('.training-title h2').waitFor();
    await tabTo(page, /^runs\/axe-dark/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'runs/axe-dark' }).waitFor();
    await page.keyboard.press('g');
    await page.getByText('Drop photos here').waitFor();
    expectNoErrors(opened);
    await opened.close();
  });

  it("fit on a phone's screen", async () => {
    const opened = await open(browser, server.address, {
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
    });
    const { page } = opened;
    await page.getByRole('button', { name: 'Trainings' }).tap();
    await start(page, 'phone');
    await page.locator('.sample-steps input').waitFor();
    const sizes = await page.evaluate(() => ({
      page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
      wide: [...document.querySelectorAll('.trainings *')]
        .filter((element) => element.closest('.trainings-list ul, .cell') === null)
        .filter((element) => element.getBoundingClientRect().right > 361)
        .map(({ className }) => String(className)),
      small: [...document.querySelectorAll('button')]
        .map((button) => ({ name: button.title || button.textContent, box: button.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(({ name }) => name),
    }));
    expect(sizes).toEqual({ page: [360, 740], wide: [], small: [] });
    const box = (await page.locator('.compare').first().boundingBox())!;
    await page.touchscreen.tap(box.x + box.width / 4, box.y + 30);
    await expect
      .poll(async () =>
        Number(
          await page.getByRole('slider', { name: 'Divider of example 1' }).getAttribute('aria-valuenow'),
        ),
      )
      .toBeLessThan(35);
    expect(await faultsOf(page)).toEqual([]);
    expectNoErrors(opened);
    await opened.close();
  });
});
