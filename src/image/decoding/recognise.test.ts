import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles } from '../../ops/files/list.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-recognise-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: string): void => writeFileSync(join(folder, name), bytes, 'latin1');

beforeAll(async () => {
  const picture = sharp({ create: { width: 2, height: 2, channels: 3, background: '#888' } });
  await picture.jpeg().toFile(join(folder, 'a.jpg'));
  for (const name of ['b.jfif', 'c.mpo', 'd.HEIC', 'no-extension', 'e.txt'])
    copyFileSync(join(folder, 'a.jpg'), join(folder, name));
  await picture.tiff().toFile(join(folder, 'f.tif'));
  copyFileSync(join(folder, 'f.tif'), join(folder, 'g.NEF'));
  put('m.x3f', 'FOVb\0\0\x03\0');
  put('h.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  put('i.HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic');
  put('j.mov', '\0\0\0\x14ftypqt  \0\0\0\0qt  ');
  put('k.jpg', '<!doctype html><html>');
  put('l.jpg', '');
  put('notes', 'buy milk');
  put('none.dat', '');
  mkdirSync(join(folder, 'sub'));
  symlinkSync(join(folder, 'a.jpg'), join(folder, 'sub/link.jpg'));
});

const listed = (match?: readonly string[]) => listFiles(folder, match, new AbortController().signal);

describe('files', () => {
  it('are known by what they are, and those that are called pictures are never left out', async () => {
    expect((await listed()).paths).toEqual([
      'a.jpg',
      'b.jfif',
      'c.mpo',
      'd.HEIC',
      'e.txt',
      'f.tif',
      'g.NEF',
      'h.heic',
      'i.HEIC',
      'k.jpg',
      'l.jpg',
      'no-extension',
    ]);
  });

  it('that are left out are counted, with their reasons', async () => {
    const { leftOut } = await listed();
    expect(leftOut?.code).toBe('file/left-out');
    expect(leftOut?.message).toMatch(/^5 files are left out: /);
    for (const part of [
      '1 .x3f (Sigma raw (X3F))',
      '1 .mov (video (MP4 or QuickTime))',
      '1 without extension (no picture)',
      '1 .dat (empty)',
      '1 .jpg (a link, which is not followed)',
    ])
      expect(leftOut?.message).toContain(part);
    expect(leftOut?.hint).toContain('raw converter');
  });

  it('are chosen by name alone where there are patterns', async () => {
    const { paths, leftOut } = await listed(['*.{heic,mov}']);
    expect([paths, leftOut]).toEqual([['d.HEIC', 'h.heic', 'i.HEIC', 'j.mov'], undefined]);
  });
});
