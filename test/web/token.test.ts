import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Running, start } from '../../src/server/start.js';
import { openStore } from '../../src/server/store/store.js';
import { makeToken } from '../../src/server/tokens/keeping.js';
import type { Scope } from '../../src/server/tokens/scopes.js';
import { faultsOf, launch, open, withBrowser } from './browser.js';

withBrowser('a server that others can reach', () => {
  let browser: Browser;
  let folder: string;
  let server: Running;
  let address: string;
  let tokens: { readonly admin: string; readonly edit: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prismflow-token-'));
    const state = join(folder, 'state');
    const store = openStore(join(state, 'store'));
    const tokenFor = async (name: string, scopes: readonly Scope[]): Promise<string> =>
      (await makeToken(store, { name, scopes, created: Date.now() })).text;
    tokens = { admin: await tokenFor('studio', ['admin']), edit: await tokenFor('guest', ['edit', 'jobs']) };
    await store.close();
    const started = await start({
      file: undefined,
      folder,
      host: '0.0.0.0',
      port: 0,
      origins: [],
      engine: 'cpu',
      jobs: 1,
      memory: 2 ** 30,
      state,
      keep: 3_600_000,
      roots: [],
      allowUrls: false,
      allowPrivateWebhooks: false,
      verbose: false,
      limits: { delay: 0 },
    })();
    if (E.isLeft(started)) throw new Error(JSON.stringify(started.left));
    server = started.right;
    address = server.address.replace('0.0.0.0', '127.0.0.1');
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop(1000);
    await rm(folder, { recursive: true, force: true });
  });

  it('asks for a token, says that one is wrong, and keeps the right one until the browser is closed', async () => {
    const { page, close } = await open(browser, address);
    const dialog = page.getByRole('dialog', { name: 'This server asks for a token' });
    await dialog.waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Token' }).fill('pft_0000000000000000_wrong');
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByRole('alert').getByText('not one that this server knows').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('textbox', { name: 'Token' }).fill(tokens.admin);
    await page.keyboard.press('Enter');
    await page.getByText('Take haze out of photos').waitFor();
    await page.reload();
    await page.getByText('Take haze out of photos').waitFor();
    expect(await dialog.count()).toBe(0);
    const [cookie, ...others] = await page.context().cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', expires: -1 });
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.goto(`${address}/#trainings`);
    await page.getByText('No trainings yet').waitFor();
    await close();

    // Another browser knows nothing of it.
    const anew = await open(browser, address);
    await anew.page.getByRole('dialog').waitFor();
    await anew.close();
  });

  it('shows trainings to those alone who may do everything', async () => {
    const { page, close } = await open(browser, address);
    await page.getByRole('textbox', { name: 'Token' }).fill(tokens.edit);
    await page.keyboard.press('Enter');
    await page.getByText('Take haze out of photos').waitFor();
    await page.getByRole('button', { name: 'Trainings' }).click();
    await page.getByText('it needs the scope `admin`').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await close();
  });
});
