import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createBudget } from '../../streams/budget.js';
import { createProxies } from './proxies.js';

const root = mkdtempSync(join(tmpdir(), 'prismflow-proxies-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const photo = join(root, 'photo.png');
await sharp({ create: { width: 640, height: 320, channels: 3, background: '#a05030' } })
  .png()
  .toFile(photo);

const until = async (isSo: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !isSo(); i++) await pause(20);
};

const proxies = () => createProxies(createBudget(2 ** 30), 2 ** 30, 10 ** 8);

describe('small copies of a photo', () => {
  it('are kept in a folder that is there', async () => {
    const folder = join(root, 'kept');
    mkdirSync(folder);
    const made = await proxies().get({ photo, name: 'photo.png', folder }, 512);
    expect(E.isRight(made) && made.right.width).toBe(512);
    await until(() => readdirSync(folder).filter((name) => name.startsWith('proxy-')).length === 3);
    expect(readdirSync(folder).sort()).toEqual(['proxy-1024.png', 'proxy-2048.png', 'proxy-512.png']);
  });

  it('are made where the folder is gone, as of a photo that was removed meanwhile, and leave nothing behind', async () => {
    const folder = join(root, 'gone');
    const kept = proxies();
    const made = await kept.get({ photo, name: 'photo.png', folder }, 512);
    expect(E.isRight(made) && made.right.width).toBe(512);
    // Writing takes some ten milliseconds, after which nothing more is done.
    await pause(500);
    expect(existsSync(folder)).toBe(false);
  });
});
