import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { folderFor } from './write-case.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-case-'));
afterAll(() => rmSync(folder, { recursive: true }));

const place = async (
  wanted: string | undefined,
  usual = join(folder, 'shrunk/a-decode'),
): Promise<string> => {
  const found = await folderFor(wanted, usual)();
  return E.isLeft(found) ? found.left[0].code : found.right;
};

describe('the folder of a case', () => {
  it('is one that is empty or not there', async () => {
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full/crop.png'), '');
    for (const name of ['empty', 'new']) expect(await place(join(folder, name))).toBe(join(folder, name));
    expect(await place(join(folder, 'full'))).toBe('file/exists');
    expect(await place(join(folder, 'full/crop.png'))).toBe('file/exists');
  });

  it('has a number where one with its name is taken', async () => {
    mkdirSync(join(folder, 'shrunk/a-decode'), { recursive: true });
    writeFileSync(join(folder, 'shrunk/a-decode/README.md'), '');
    expect(await place(undefined)).toBe(join(folder, 'shrunk/a-decode-2'));
  });

  it('leads nowhere else by a link that came with the photo', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    symlinkSync(folder, join(other, 'shrunk'));
    expect(await place(undefined, join(other, 'shrunk/a-decode'))).toBe('file/exists');
    symlinkSync(folder, join(folder, 'shrunk/b-decode'));
    expect(await place(undefined, join(folder, 'shrunk/b-decode'))).toBe(join(folder, 'shrunk/b-decode-2'));
  });
});
