import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  drop,
  expectNoErrors,
  faultsOf,
  launch,
  makePhoto,
  open,
  settled,
  tabTo,
  tile,
  withBrowser,
} from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

withBrowser('the page for everyone', () => {
  let browser: Browser;
  let server: MockServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launch(), startMock()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const colorScheme of ['dark', 'light'] as const)
    it(`has nothing that axe-core finds, in any view (${colorScheme})`, async () => {
      const opened = await open(browser, server.address, { colorScheme, reducedMotion: 'reduce' });
      const { page } = opened;
      await page.getByText('Put light right').waitFor();
      expect(await faultsOf(page)).toEqual([]);

      await drop(page, [await makePhoto('a.jpg'), await makePhoto('b.jpg')]);
      for (const name of ['Dehaze', 'Sunset', 'Prints']) await tile(page, name).click();
      await page.waitForFunction(() => document.querySelectorAll('.tile img:not(.coming)').length >= 6);
      await settled(page);
      await page.keyboard.press('f');
      expect(await faultsOf(page)).toEqual([]);

      await page.keyboard.press('s');
      await page.getByRole('button', { name: 'Apply to 2 photos' }).click();
      await page.locator('.job-state', { hasText: 'Done' }).first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('q');

      await page.keyboard.press('?');
      await page.getByText('Shortcuts of a single key').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Keep as preset' }).click();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`kept-${colorScheme}`);
      await page.getByRole('button', { name: 'Keep', exact: true }).click();
      await page.getByText(`pipe run presets/kept-${colorScheme}.yaml`).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expectNoErrors(opened);
      await opened.close();
    });

  it('is used by keys alone', async () => {
    const opened = await open(browser, server.address);
    const { page } = opened;
    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, /^Choose photos$/);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([await makePhoto('keys.jpg'), await makePhoto('more.jpg')]);
    await page.waitForSelector('.tile img:not(.coming)');

    await tabTo(page, /^keys\.jpg/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.frame.chosen').innerText()).toBeDefined();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /^more\.jpg/,
    );
    await tabTo(page, /^Dehaze/);
    await page.keyboard.press('Space');
    await settled(page);
    await page
      .locator('.stage')
      .evaluate((stage) => (stage.querySelector('[role=slider]') as HTMLElement).focus());
    await page.keyboard.press('PageUp');
    expect(await page.getByRole('slider', { name: /Divider/ }).getAttribute('aria-valuenow')).toBe('60');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('checkbox', { name: 'Shortcuts of a single key' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('s');
    expect(await page.locator('.sides').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    expect((await download).suggestedFilename()).toBe('more.jpg');
    expectNoErrors(opened);
    await opened.close();
  });

  it("fits on a phone's screen, and is used by touch", async () => {
    const opened = await open(browser, server.address, {
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
    });
    const { page } = opened;
    await page.setInputFiles('input[type=file]', [await makePhoto('phone.jpg')]);
    await tile(page, 'Sunset').tap();
    await settled(page);
    const sizes = await page.evaluate(() => ({
      page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
      small: [...document.querySelectorAll('button')]
        .map((button) => ({ name: button.title || button.textContent, box: button.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(({ name }) => name),
    }));
    expect(sizes).toEqual({ page: [360, 740], small: [] });
    const box = await page.locator('.pane').boundingBox();
    await page.touchscreen.tap(box!.x + box!.width / 4, box!.y + box!.height / 2);
    const share = Number(await page.getByRole('slider', { name: /Divider/ }).getAttribute('aria-valuenow'));
    expect(share).toBeLessThan(30);
    await page.getByRole('button', { name: /On this photo/ }).tap();
    await page.getByRole('slider', { name: 'Strength' }).fill('0.5');
    await settled(page);
    await page.getByRole('button', { name: 'Facts' }).tap();
    await page.getByText('480 × 320').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expectNoErrors(opened);
    await opened.close();
  });
});
