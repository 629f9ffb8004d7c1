import { execFileSync } from 'node:child_process';
import {
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, obstacleTo } from './folders.js';
import { hasRawBytes, nameOfBytes, onDisk } from './names.js';
import { pinned } from './pinned.js';
import { firstBytes, openRegular, openRegularSync, SharedFileError, separated } from './regular.js';
import { type Found, walk } from './walk.js';
import { writeInPlaceOf } from './write.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prismflow-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('names', () => {
  it('of any bytes are given back byte for byte, and no two are alike', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const [a, b] = [nameOfBytes(one), nameOfBytes(other)];
        expect(Buffer.from(onDisk(a) as string).equals(one)).toBe(true);
        expect(a === b).toBe(Buffer.from(one).equals(other));
        expect(JSON.parse(JSON.stringify(a))).toBe(a);
      }),
      { numRuns: 1000 },
    );
  });

  it('that are text stay as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(nameOfBytes(Buffer.from(name))).toBe(name);
        expect([onDisk(name), hasRawBytes(name)]).toEqual([name, false]);
      }),
    );
  });
});

const found = async (): Promise<readonly Found[]> => {
  const all: Found[] = [];
  for await (const each of walk(folder, new AbortController().signal)) all.push(each);
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
};

describe.skipIf(process.platform === 'win32')('walk', () => {
  it('finds every name, and follows no link', async () => {
    const raw = Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xe9)]);
    mkdirSync(raw);
    writeFileSync(Buffer.concat([raw, Buffer.from('/\nx.jpg')]), '');
    writeFileSync(join(folder, 'a\ufffd.jpg'), '');
    writeFileSync(join(folder, '.hidden'), '');
    symlinkSync(folder, join(folder, 'loop'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await found()).map(({ kind, path }) => [kind, path])).toEqual([
      ['folder', ''],
      ['file', 'a\ufffd.jpg'],
      ['link', 'loop'],
      ['special', 'pipe'],
      ['folder', '\udce9'],
      ['file', '\udce9/\nx.jpg'],
    ]);
  });

  it('tells of a folder that is not there', async () => {
    rmSync(folder, { recursive: true });
    expect(await found()).toMatchObject([{ kind: 'unreadable', path: '', cause: { code: 'ENOENT' } }]);
  });
});

describe.skipIf(process.platform === 'win32')('what must be a file', () => {
  it('is read up to a number of bytes', async () => {
    writeFileSync(join(folder, 'a'), 'abcdef');
    expect(String(await firstBytes(join(folder, 'a'), 4))).toBe('abcd');
    expect(String(await firstBytes(join(folder, 'a'), 40))).toBe('abcdef');
  });

  it('is no pipe, no link, no device and no folder', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/etc/passwd', join(folder, 'link'));
    const refused = async (path: string, flags: number): Promise<string> =>
      openRegular(path, flags).then(
        () => 'opened',
        (thrown: Error) => thrown.message,
      );
    for (const flags of [constants.O_RDONLY, constants.O_WRONLY | constants.O_TRUNC]) {
      expect(await refused(join(folder, 'pipe'), flags)).toMatch(/ is a pipe/);
      expect(await refused(join(folder, 'link'), flags)).toMatch(/ is a link/);
      expect(await refused('/dev/null', flags)).toMatch(/ is a device/);
    }
    expect(await refused(folder, constants.O_RDONLY)).toMatch(/ is a folder/);
  });
});

describe.skipIf(process.platform === 'win32')('a file with two names', () => {
  const names = () => [join(folder, 'one-name'), join(folder, 'other-name')] as const;
  const writing = constants.O_WRONLY | constants.O_CREAT;

  it('is not written by one of them, and stays as it is', async () => {
    const [one, other] = names();
    writeFileSync(one, 'mine');
    linkSync(one, other);
    for (const flags of [writing, writing | constants.O_TRUNC, writing | constants.O_APPEND]) {
      await expect(openRegular(other, flags)).rejects.toThrow(' is a hard link, not a file');
      expect(() => openRegularSync(other, flags)).toThrow(SharedFileError);
    }
    expect(readFileSync(one, 'utf8')).toBe('mine');
    await (await openRegular(other, constants.O_RDONLY)).close();
  });

  it('can become two', async () => {
    const [one, other] = names();
    writeFileSync(one, 'mine');
    rmSync(other, { force: true });
    linkSync(one, other);
    await separated(other);
    const file = await openRegular(other, writing | constants.O_TRUNC);
    await file.writeFile('other');
    await file.close();
    expect([readFileSync(one, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['mine', 'other']);
  });
});

describe.runIf(process.platform === 'linux')('a folder that is held', () => {
  it('is written to under whatever name, and not at all behind a link', async () => {
    mkdirSync(join(folder, 'top/inner'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    const top = join(folder, 'top');
    const held = await pinned(join(top, 'inner'), top);
    renameSync(join(top, 'inner'), join(top, 'moved'));
    symlinkSync(join(folder, 'elsewhere'), join(top, 'inner'));
    writeFileSync(join(held.path, 'a'), 'x');
    await held.release();
    expect(readdirSync(join(top, 'moved'))).toEqual(['a']);
    await expect(pinned(join(top, 'inner'), top)).rejects.toThrow();
    const written = await writeInPlaceOf('none')(join(top, 'inner/b'), new Uint8Array(3), { top })();
    expect(E.isLeft(written) && written.left[0].code).toBe('file/in-the-way');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('may itself be named by a link', async () => {
    mkdirSync(join(folder, 'real/subü'), { recursive: true });
    symlinkSync(join(folder, 'real'), join(folder, 'named'));
    const top = join(folder, 'named');
    for (const file of [join(top, 'a'), join(top, 'subü/b')])
      expect(E.isRight(await writeInPlaceOf('none')(file, new Uint8Array(3), { top })())).toBe(true);
    expect(readdirSync(join(folder, 'real'))).toEqual(['a', 'subü']);
  });
});

describe('folders', () => {
  it('are made with those above them, and say which cannot be', async () => {
    await makeFolder(join(folder, 'a/b/c'));
    await makeFolder(join(folder, 'a/b/c'));
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c']);
    writeFileSync(join(folder, 'file'), 'x');
    for (const path of ['file', 'file/x'])
      await expect(makeFolder(join(folder, path))).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
  });

  it('are not gone through by a link', async () => {
    mkdirSync(join(folder, 'real/sub'), { recursive: true });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(await obstacleTo(folder, join(folder, 'real/sub/a.jpg'))).toBeUndefined();
    expect(await obstacleTo(folder, join(folder, 'nowhere/a.jpg'))).toBeUndefined();
    expect(await obstacleTo(folder, join(folder, 'link/sub/a.jpg'))).toEqual({
      path: join(folder, 'link'),
      kind: 'a link',
    });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});
