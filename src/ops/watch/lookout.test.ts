import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { matcherOf } from '../../disk/glob.js';
import { isWhole } from '../../image/index.js';
import { lookOut, type Watched } from './lookout.js';

const base = mkdtempSync(join(tmpdir(), 'prismflow-watch-'));
const folder = join(base, 'inbox');
const photo = join(base, 'photo.jpg');
let bytes: Buffer;

beforeAll(async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251));
  await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toFile(photo);
  bytes = readFileSync(photo);
});
afterAll(() => rmSync(base, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

let stop = new AbortController();
let seen: string[] = [];
let running: Promise<void> = Promise.resolve();

afterEach(async () => {
  stop.abort();
  await running;
});

/** Begins to look out; what is found goes to `seen`. */
const start = (more: Partial<Watched> = {}): void => {
  stop = new AbortController();
  seen = [];
  const found = lookOut(
    {
      folder,
      isWanted: matcherOf(['**/*.{jpg,png}']),
      settle: 100,
      patience: 900,
      isWhole: (path) => isWhole(path),
      ...more,
    },
    stop.signal,
  );
  const into = seen;
  running = (async () => {
    for await (const { kind, path } of found) into.push(kind === 'file' ? path : `${kind} ${path}`);
  })();
};

const until = async (isSo: () => boolean, most = 8000): Promise<void> => {
  for (let waited = 0; !isSo() && waited < most; waited += 20) await pause(20);
};

const comes = async (...paths: readonly string[]): Promise<void> => {
  await until(() => paths.every((path) => seen.includes(path)));
  expect(seen).toEqual(expect.arrayContaining([...paths]));
};

const put = (path: string): void => copyFileSync(photo, join(folder, path));

const ways: readonly (readonly [string, Partial<Watched>])[] = [
  ['listening', {}],
  ['polling', { poll: 100 }],
];

describe.each(ways)('looking out, %s', (_, how) => {
  it('finds what is there, what comes, and what has changed, each once', async () => {
    put('there.jpg');
    start(how);
    await comes('there.jpg');
    put('comes.JPG');
    writeFileSync(join(folder, 'notes.txt'), 'no photo');
    await comes('comes.JPG');
    appendFileSync(join(folder, 'there.jpg'), 'x');
    await until(() => seen.length > 2);
    await pause(300);
    expect(seen).toEqual(['there.jpg', 'comes.JPG', 'there.jpg']);
  });

  it('waits for a slow copy, one that is under way at the start included', async () => {
    const file = join(folder, 'slow.jpg');
    const third = Math.ceil(bytes.length / 3);
    writeFileSync(file, bytes.subarray(0, third));
    start(how);
    for (const part of [1, 2]) {
      await pause(300);
      expect(seen).toEqual([]);
      appendFileSync(file, bytes.subarray(part * third, (part + 1) * third));
    }
    await comes('slow.jpg');
    expect(seen).toEqual(['slow.jpg']);
  });

  it('waits for a file that was made at its full size before it was filled', async () => {
    const descriptor = openSync(join(folder, 'allocated.jpg'), 'w');
    ftruncateSync(descriptor, bytes.length);
    const half = bytes.length >> 1;
    writeSync(descriptor, bytes, 0, half, 0);
    start(how);
    await pause(400);
    expect(seen).toEqual([]);
    writeSync(descriptor, bytes, half, bytes.length - half, half);
    closeSync(descriptor);
    await comes('allocated.jpg');
    expect(seen).toEqual(['allocated.jpg']);
  });

  it('takes what will never decode after a while, so that somebody hears of it', async () => {
    start(how);
    writeFileSync(join(folder, 'bad.jpg'), 'no photo');
    writeFileSync(join(folder, 'empty.jpg'), '');
    await pause(400);
    expect(seen).toEqual([]);
    await comes('bad.jpg', 'empty.jpg');
  });

  it('sees renames, deletions and what is moved in', async () => {
    start(how);
    put('a.jpg');
    await comes('a.jpg');
    renameSync(join(folder, 'a.jpg'), join(folder, 'b.jpg'));
    await comes('b.jpg');
    rmSync(join(folder, 'b.jpg'));
    copyFileSync(photo, join(base, 'c.jpg'));
    utimesSync(join(base, 'c.jpg'), 1_600_000_000, 1_600_000_000);
    renameSync(join(base, 'c.jpg'), join(folder, 'c.jpg'));
    await comes('c.jpg');
    put('b.jpg');
    await until(() => seen.filter((path) => path === 'b.jpg').length === 2);
    expect([...seen].sort()).toEqual(['a.jpg', 'b.jpg', 'b.jpg', 'c.jpg']);
  });

  it('goes into folders that come, and forgets those that go', async () => {
    start(how);
    mkdirSync(join(folder, 'x/y'), { recursive: true });
    put('x/y/a.jpg');
    await comes('x/y/a.jpg');
    put('x/y/b.jpg');
    await comes('x/y/b.jpg');
    renameSync(join(folder, 'x'), join(folder, 'z'));
    await comes('z/y/a.jpg', 'z/y/b.jpg');
    rmSync(join(folder, 'z'), { recursive: true });
    mkdirSync(join(folder, 'z/y'), { recursive: true });
    put('z/y/c.jpg');
    await comes('z/y/c.jpg');
  });

  it('outlives the folder, and goes on when it is back', async () => {
    put('a.jpg');
    start(how);
    await comes('a.jpg');
    renameSync(folder, `${folder}-away`);
    await pause(300);
    renameSync(`${folder}-away`, folder);
    put('b.jpg');
    await comes('b.jpg');
    rmSync(folder, { recursive: true });
    await pause(200);
    mkdirSync(folder);
    put('c.jpg');
    await comes('c.jpg');
    expect(seen).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
  });

  it('passes over links, pipes, folders with a photo’s name, and what is hidden', async () => {
    symlinkSync(photo, join(folder, 'link.jpg'));
    symlinkSync(base, join(folder, 'linked'));
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
    mkdirSync(join(folder, 'folder.jpg'));
    mkdirSync(join(folder, '.hidden'));
    put('.hidden/a.jpg');
    put('.a.jpg');
    start(how);
    put('folder.jpg/.b.jpg');
    put('last.jpg');
    await comes('last.jpg');
    await pause(300);
    expect(seen).toEqual(['last.jpg']);
  });

  it('takes any name, byte for byte', async () => {
    const names = ['a\nb.jpg', '📷 ü.jpg', `${'x'.repeat(251)}.jpg`, '$HOME `ls` {a,b} [c].jpg'];
    start(how);
    for (const name of names) put(name);
    await comes(...names);
    copyFileSync(
      photo,
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.jpg')]),
    );
    await comes('\udcff\udcfe.jpg');
  });

  it('ends at once when it is stopped', async () => {
    start(how);
    await pause(100);
    stop.abort();
    // It must not wait for what does not come.
    await running;
  });
});

/** A folder with one so deep in it that its path is longer than the system takes: nobody can list that one. */
const endless = (name: string): void => {
  const deep = Array.from({ length: 12 }, () => 'a'.repeat(200)).join('/');
  for (const each of [name, 'other']) mkdirSync(join(folder, each, deep), { recursive: true });
  renameSync(join(folder, 'other'), join(folder, name, deep, 'b'));
};

describe('looking out', () => {
  it('passes over what is hidden also where it is told of it, wherever it is', async () => {
    mkdirSync(join(folder, 'x'));
    put('x/first.jpg');
    start({ isWanted: () => true });
    await comes('x/first.jpg');
    mkdirSync(join(folder, '.y'));
    for (const path of ['x/.a.jpg', '.b.jpg', '.y/c.jpg']) put(path);
    put('x/last.jpg');
    await comes('x/last.jpg');
    await pause(200);
    expect(seen).toEqual(['x/first.jpg', 'x/last.jpg']);
  });

  it('is told when there is none any more of what was waited for', async () => {
    start({ settle: 400 });
    put('a.jpg');
    await pause(150);
    rmSync(join(folder, 'a.jpg'));
    put('b.jpg');
    await comes('b.jpg');
    await pause(300);
    expect(seen).toEqual(['b.jpg']);
  });

  it('does no more than it is asked for', async () => {
    for (let i = 0; i < 20; i++) put(`${i}.jpg`);
    let looked = 0;
    const found = lookOut(
      {
        folder,
        isWanted: () => true,
        settle: 0,
        patience: 0,
        isWhole: () => async () => {
          looked++;
          return true;
        },
      },
      new AbortController().signal,
    );
    await found.next();
    await found.next();
    await found.return(undefined);
    expect(looked).toBe(2);
  });

  it('tells of folders that cannot be read, and gives the files of others', async () => {
    endless('deep');
    writeFileSync(join(folder, 'a.jpg'), bytes);
    start();
    await until(() => seen.includes('a.jpg') && seen.some((name) => /^unreadable deep\/a+/.test(name)));
    execFileSync('rm', ['-r', join(folder, 'deep')]);
  });
});
