import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect } from 'vitest';

/** A real Chromium for tests of the page, and photos to drop on it. */

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);

if (!isThere && process.env.CI === 'true')
  throw new Error(`${CHROMIUM} is missing: tests of the page need a browser on CI.`);

/** Tests that need a browser; where there is none they are skipped, under a name that says so. */
export const withBrowser: (name: string, tests: () => void) => void = (name, tests) =>
  isThere
    ? describe(name, tests)
    : describe.skip(`${name} (skipped: there is no ${CHROMIUM}; CHROMIUM names another)`, tests);

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    // Without a GPU the 360° view is drawn by SwiftShader.
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', '--disable-dev-shm-usage'],
  });

export interface Opened {
  readonly page: Page;
  /** What the page said was wrong, refusals of its content security policy among it. */
  readonly errors: string[];
  /** Addresses that were asked for. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

export const open = async (
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address);
  return { page, errors, requests, close: () => context.close() };
};

export interface PhotoFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A photo of its own colours, with enough in it to compress badly. */
export const makePhoto = async (name: string, width = 480, height = 320): Promise<PhotoFile> => {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const wave = Math.sin(x / 17) * Math.cos(y / 23);
      pixels[at++] = 110 + 60 * wave + (60 * x) / width;
      pixels[at++] = 120 + 40 * wave;
      pixels[at++] = 150 - (70 * y) / height;
    }
  const buffer = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  return { name, mimeType: 'image/jpeg', buffer };
};

/** Drops files on the page as a hand does: by an event that carries them. */
export const drop = async (page: Page, files: readonly PhotoFile[]): Promise<void> => {
  const data = await page.evaluateHandle(
    (given) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }));
      }
      return transfer;
    },
    files.map(({ name, buffer }) => ({ name, base64: buffer.toString('base64') })),
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
};

export const tile = (page: Page, name: string) =>
  page.locator('.tile', { has: page.locator(`.tile-name:text-is("${name}")`) });

/** Waits until the edits of the chosen photo are shown. */
export const settled = (page: Page): Promise<unknown> =>
  page.waitForSelector('.stage[data-updating="false"] .layer', { state: 'attached' });

/** Presses Tab until what has the focus is called so. */
export const tabTo = async (page: Page, name: RegExp): Promise<void> => {
  const seen: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      // A field is called by its label, if it has one.
      const [label] = (element as HTMLInputElement | null)?.labels ?? [];
      return element?.getAttribute('aria-label') ?? label?.textContent ?? element?.textContent ?? '';
    });
    seen.push(focused);
    if (name.test(focused)) return;
  }
  throw new Error(`Tab does not reach ${name}: ${seen.join(' | ')}`);
};

/** What axe-core finds on the page as it is, by rule and place. */
export const faultsOf = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { readonly axe: typeof import('axe-core') }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
};

/** Holds the page to having said nothing was wrong. */
export const expectNoErrors = ({ errors }: Opened): void => expect(errors).toEqual([]);
