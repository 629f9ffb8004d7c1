import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameBytes } from '../image/bytes.js';
import { leftCodes, right } from '../image/testing/pictures.js';
import { readBytes } from './read.js';
import { isTemporary } from './temporary.js';
import { writeAtomically } from './write.js';

const posix = process.platform !== 'win32';
const limited = posix && process.getuid?.() !== 0;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prismflow-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('writing a file', () => {
  it('leaves the file and nothing else', async () => {
    await right(writeAtomically(join(folder, 'a.jpg'), bytes(3_000_000, 7)));
    expect(await readdir(folder)).toEqual(['a.jpg']);
    expect(sameBytes(await readFile(join(folder, 'a.jpg')), bytes(3_000_000, 7))).toBe(true);
  });

  it('replaces one that is there, and keeps its permissions', async () => {
    const path = join(folder, 'a.jpg');
    await writeFile(path, 'old');
    if (posix) await chmod(path, 0o640);
    await right(writeAtomically(path, bytes(2, 1)));
    expect([...(await readFile(path))]).toEqual([1, 1]);
    if (posix) expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('writes many into one folder side by side, and an empty one', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `${i}.png`);
    await Promise.all(names.map((name, i) => right(writeAtomically(join(folder, name), bytes(i, i)))));
    expect((await readdir(folder)).sort()).toEqual([...names].sort());
    for (const [i, name] of names.entries()) expect((await stat(join(folder, name))).size).toBe(i);
  });

  it('takes names as long as the system does, and any letters', async () => {
    for (const name of ['x'.repeat(255), 'a\nb', '写真 🌄.jpg'].filter(
      (name) => posix || !name.includes('\n'),
    ))
      await right(writeAtomically(join(folder, name), bytes(1, 1)));
    expect((await readdir(folder)).length).toBe(posix ? 3 : 2);
  });

  it('says when there is no folder, and when a folder is in the way', async () => {
    expect(await leftCodes(writeAtomically(join(folder, 'none', 'a.jpg'), bytes(1, 1)))).toEqual([
      'image/not-found',
    ]);
    await mkdir(join(folder, 'b.jpg'));
    const codes = await leftCodes(writeAtomically(join(folder, 'b.jpg'), bytes(1, 1)));
    expect(['image/not-a-file', 'image/permission-denied']).toContain(codes[0]);
    expect(await readdir(folder)).toEqual(['b.jpg']);
  });

  it.runIf(limited)('says when it may not, and leaves what was there', async () => {
    const path = join(folder, 'a.jpg');
    await writeFile(path, 'old');
    await chmod(folder, 0o500);
    expect(await leftCodes(writeAtomically(path, bytes(1, 1)))).toEqual(['image/permission-denied']);
    await chmod(folder, 0o700);
    expect(await readdir(folder)).toEqual(['a.jpg']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('marks its temporary files by their name', () => {
    expect(isTemporary('.prismflow-0123456789abcdef.tmp')).toBe(true);
    expect(isTemporary('photo.tmp')).toBe(false);
  });
});

describe('reading a file', () => {
  const limit = 1000;

  it('gives its bytes, through a link as well', async () => {
    await writeFile(join(folder, 'a'), 'hello');
    await symlink(join(folder, 'a'), join(folder, 'b')).catch(() => writeFile(join(folder, 'b'), 'hello'));
    for (const name of ['a', 'b'])
      expect(Buffer.from(await right(readBytes(join(folder, name), limit))).toString()).toBe('hello');
  });

  it('says when there is none, or a folder, or too much of it', async () => {
    await writeFile(join(folder, 'big'), bytes(1001, 0));
    expect(await leftCodes(readBytes(join(folder, 'none'), limit))).toEqual(['image/not-found']);
    expect(await leftCodes(readBytes(join(folder, 'big', 'x'), limit))).toEqual(['image/not-found']);
    expect(await leftCodes(readBytes(folder, limit))).toEqual(['image/not-a-file']);
    expect(await leftCodes(readBytes(join(folder, 'big'), limit))).toEqual(['image/file-too-large']);
  });

  it.runIf(limited)('says when it may not', async () => {
    await writeFile(join(folder, 'secret'), 'x', { mode: 0 });
    expect(await leftCodes(readBytes(join(folder, 'secret'), limit))).toEqual(['image/permission-denied']);
  });

  it.runIf(posix)('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await leftCodes(readBytes(join(folder, 'pipe'), limit))).toEqual(['image/not-a-file']);
  });
});
