import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from './hints.js';
import { lookAt, type Scan, scan } from './scan.js';
import { createSleeper } from './sleeper.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (path: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), path);
};
const inode = (path: string): number => statSync(join(folder, path)).ino;
const signal = new AbortController().signal;

/** What is told of a folder: all that ends in `.jpg` is wanted. */
const scanned = async (
  root = folder,
  until = signal,
): Promise<{ readonly paths: readonly string[]; readonly found: Scan | undefined }> => {
  const paths: string[] = [];
  const found = await scan(
    root,
    (path) => path.endsWith('.jpg'),
    ({ path }) => void paths.push(path),
    until,
  );
  return { paths: paths.sort(), found };
};

describe('a look at a file', () => {
  it('shows its size, its times and which file it is', async () => {
    make('a.jpg');
    utimesSync(join(folder, 'a.jpg'), 1_600_000_000, 1_600_000_001.5);
    const look = await lookAt(join(folder, 'a.jpg'));
    const { ctimeMs } = statSync(join(folder, 'a.jpg'));
    expect(look).toEqual({
      size: 5,
      modified: 1_600_000_001_500,
      changed: ctimeMs,
      inode: inode('a.jpg'),
    });
  });

  it('shows nothing of what is none', async () => {
    make('a.jpg');
    symlinkSync(join(folder, 'a.jpg'), join(folder, 'link.jpg'));
    expect(await lookAt(folder)).toBeUndefined();
    expect(await lookAt(join(folder, 'link.jpg'))).toBeUndefined();
    expect(await lookAt(join(folder, 'nowhere.jpg'))).toBeUndefined();
  });
});

describe('a scan', () => {
  it('sees the wanted files of all folders, but for hidden ones, and tells which folders there are', async () => {
    for (const path of ['a.jpg', 'b.txt', 'x/c.jpg', 'x/y/d.jpg', '.hidden/e.jpg', 'x/.f.jpg']) make(path);
    mkdirSync(join(folder, 'empty.jpg'));
    const { paths, found } = await scanned();
    expect(paths).toEqual(['a.jpg', 'x/c.jpg', 'x/y/d.jpg']);
    expect(found?.unreadable).toEqual([]);
    expect([...found!.folders].sort((a, b) => a.path.localeCompare(b.path))).toEqual(
      ['', 'empty.jpg', 'x', 'x/y'].map((path) => ({ path, inode: inode(path) })),
    );
  });

  it('sees each file once, however many there are', async () => {
    const names = Array.from({ length: 70 }, (_, i) => `${String(i).padStart(2, '0')}.jpg`);
    for (const name of names) make(name);
    expect((await scanned()).paths).toEqual(names);
  });

  it('keeps names that are no UTF-8 byte for byte', async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.jpg')]),
      '',
    );
    make('good.jpg');
    const { paths, found } = await scanned();
    expect(paths).toEqual(['good.jpg', '\udcff\udcfe.jpg']);
    expect(found?.unreadable).toEqual([]);
  });

  it('tells nothing of a folder that is not there, or where it is stopped', async () => {
    make('a.jpg');
    expect((await scanned(join(folder, 'nowhere'))).found).toBeUndefined();
    expect((await scanned(join(folder, 'a.jpg'))).found).toBeUndefined();
    expect(await scanned(folder, AbortSignal.abort())).toEqual({ paths: [], found: undefined });
    rmSync(join(folder, 'a.jpg'));
    expect((await scanned(folder, AbortSignal.abort())).found).toBeUndefined();
  });

  it('stops on its way when it is told to', async () => {
    for (let i = 0; i < 100; i++) make(`${i}.jpg`);
    const stop = new AbortController();
    let seen = 0;
    const found = await scan(
      folder,
      () => true,
      () => {
        seen++;
        stop.abort();
      },
      stop.signal,
    );
    expect(found).toBeUndefined();
    expect(seen).toBe(32);
  });
});

describe('hints', () => {
  const heard: string[] = [];
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let waited = 0; !isSo() && waited < 5000; waited += 5) await pause(5);
  };
  const told = async (path: string): Promise<void> => {
    await until(() => heard.includes(path));
    expect(heard).toContain(path);
  };

  it('tell where something happened in the folders that are followed', async () => {
    heard.length = 0;
    mkdirSync(join(folder, 'x'));
    const hints = listen(folder, (path) => void heard.push(path));
    const root = { path: '', inode: inode('') };
    const inner = { path: 'x', inode: inode('x') };
    expect(hints.inodeOf('')).toBeUndefined();
    expect(hints.follow([root])).toBe(true);
    expect([hints.inodeOf(''), hints.inodeOf('x')]).toEqual([root.inode, undefined]);
    expect(hints.follow([root, inner])).toBe(true);
    // All of them are listened to already.
    expect(hints.follow([root, inner])).toBe(false);
    expect([hints.inodeOf('x'), hints.isDeaf()]).toEqual([inner.inode, false]);
    make('a.jpg');
    make('x/b.jpg');
    await told('a.jpg');
    await told('x/b.jpg');
    expect(hints.follow([root])).toBe(false);
    expect(hints.inodeOf('x')).toBeUndefined();
    hints.close();
    expect(hints.inodeOf('')).toBeUndefined();
    heard.length = 0;
    make('c.jpg');
    await pause(50);
    expect(heard).toEqual([]);
  });

  it('listen anew to another folder of the same name', () => {
    mkdirSync(join(folder, 'x'));
    const hints = listen(folder, () => undefined);
    const one = inode('x');
    expect(hints.follow([{ path: 'x', inode: one }])).toBe(true);
    expect(hints.follow([{ path: 'x', inode: one + 1 }])).toBe(true);
    expect(hints.inodeOf('x')).toBe(one + 1);
    hints.close();
  });

  it('are not deaf for a folder that is gone', () => {
    const hints = listen(folder, () => undefined);
    expect(hints.follow([{ path: 'nowhere', inode: 1 }])).toBe(false);
    expect([hints.inodeOf('nowhere'), hints.isDeaf()]).toEqual([undefined, false]);
    hints.close();
  });
});

describe('a sleeper', () => {
  const awake = async (sleep: Promise<void>, milliseconds: number): Promise<boolean> =>
    Promise.race([sleep.then(() => true), pause(milliseconds).then(() => false)]);

  it('sleeps until it is time, or until it is woken or stopped', async () => {
    const stop = new AbortController();
    const { sleep, wake, close } = createSleeper(stop.signal);
    wake();
    expect(await awake(sleep(5), 5000)).toBe(true);
    expect(await awake(sleep(-5), 5000)).toBe(true);
    const long = sleep(60_000);
    expect(await awake(long, 20)).toBe(false);
    wake();
    expect(await awake(long, 5000)).toBe(true);
    // Longer than a timer can wait, which would be no time at all.
    const endless = sleep(Number.POSITIVE_INFINITY);
    expect(await awake(endless, 20)).toBe(false);
    stop.abort();
    expect(await awake(endless, 5000)).toBe(true);
    expect(await awake(sleep(60_000), 5000)).toBe(true);
    close();
  });

  it('that is closed hears no more of its signal', async () => {
    const stop = new AbortController();
    const { sleep, wake, close } = createSleeper(stop.signal);
    const long = sleep(60_000);
    close();
    stop.abort();
    expect(await awake(long, 20)).toBe(false);
    wake();
    expect(await awake(long, 5000)).toBe(true);
  });
});
