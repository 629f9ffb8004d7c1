import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, type Lock, takeLock, whoHolds } from './lock.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-lock-'));
const path = join(folder, 'lock');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(path, { force: true }));

const right = (taken: E.Either<Holder, Lock>): Lock => {
  if (E.isLeft(taken)) throw new Error(`held by ${JSON.stringify(taken.left)}`);
  return taken.right;
};

/** A process that takes the lock, says so, and waits to be killed. */
const another = async (): Promise<ChildProcess> => {
  const module = new URL('./lock.ts', import.meta.url).href;
  const code = `const { takeLock } = await import(${JSON.stringify(module)});
    console.log((await takeLock(${JSON.stringify(path)}))._tag);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  await once(child.stdout, 'data');
  return child;
};

describe('a lock', () => {
  it('is held by one at a time, and given back', async () => {
    const first = right(await takeLock(path));
    expect(first.wasLeft).toBe(false);
    expect(await takeLock(path)).toMatchObject({ left: { pid: process.pid } });
    await first.release();
    expect(existsSync(path)).toBe(false);
    await right(await takeLock(path)).release();
  });

  it('is taken by one of many who ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
    expect(taken.filter(E.isRight)).toHaveLength(1);
    await Promise.all(taken.filter(E.isRight).map(({ right: lock }) => lock.release()));
  });

  it('of another process holds while it lives, and is taken over when it was killed', async () => {
    const child = await another();
    expect(await takeLock(path)).toMatchObject({ left: { pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const many = await Promise.all(Array.from({ length: 10 }, () => takeLock(path)));
    const taken = many.filter(E.isRight).map(({ right: lock }) => lock);
    expect(taken.map(({ wasLeft }) => wasLeft)).toEqual([true]);
    await taken[0]?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not held by a process that has the number of one that ended', async () => {
    const lock = right(await takeLock(path));
    const holder: Holder = JSON.parse(readFileSync(path, 'utf8'));
    await lock.release();
    const parent = process.ppid;
    writeFileSync(path, JSON.stringify({ ...holder, id: 'x', pid: parent, started: '1' }));
    await right(await takeLock(path)).release();
    writeFileSync(path, JSON.stringify({ ...holder, id: 'x', pid: process.pid }));
    await right(await takeLock(path)).release();
  });

  const foreign = { id: 'x', pid: 1, host: 'elsewhere', started: '1', since: 'then' };
  const quickly = { silence: 300 };

  it('of another machine holds while it shows signs of life', async () => {
    writeFileSync(path, JSON.stringify(foreign));
    expect(await takeLock(path)).toMatchObject({ left: { host: 'elsewhere' } });
    expect(await whoHolds(path)).toMatchObject({ host: 'elsewhere' });
  });

  it('of another machine that was silent is watched, which is said, and taken over', async () => {
    writeFileSync(path, JSON.stringify(foreign));
    utimesSync(path, new Date(0), new Date(0));
    const said: unknown[] = [];
    const taken = takeLock(path, { ...quickly, waiting: (holder, wait) => said.push([holder?.host, wait]) });
    const lock = right(await taken);
    expect([said, lock.wasLeft]).toEqual([[['elsewhere', 300]], true]);
    await lock.release();
  });

  it('of another machine whose clock is wrong is not broken while it shows signs of life', async () => {
    writeFileSync(path, JSON.stringify(foreign));
    for (const time of [0, Date.now() / 1000 + 86_400]) {
      utimesSync(path, time, time);
      const asked = takeLock(path, { silence: 2000 });
      setTimeout(() => utimesSync(path, time + 10, time + 10), 300);
      expect(await asked).toMatchObject({ left: { host: 'elsewhere' } });
    }
  });

  it('from the future does not hold for ever', async () => {
    writeFileSync(path, JSON.stringify(foreign));
    const time = Date.now() / 1000 + 10 * 365 * 86_400;
    utimesSync(path, time, time);
    await right(await takeLock(path, quickly)).release();
    writeFileSync(`${path}.guard`, '');
    utimesSync(`${path}.guard`, time, time);
    writeFileSync(path, '');
    utimesSync(path, time, time);
    await right(await takeLock(path, quickly)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')(
    'that names a process which does not hold it is taken over',
    async () => {
      // As a forger would: a process that lives, with the time at which it was started.
      const lock = right(await takeLock(path));
      const holder: Holder = JSON.parse(readFileSync(path, 'utf8'));
      await lock.release();
      const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
      const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      writeFileSync(path, JSON.stringify({ ...holder, id: 'x', pid: process.ppid, started }));
      await right(await takeLock(path)).release();
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'of a container of the same name is not taken for a dead one',
    async () => {
      const lock = right(await takeLock(path));
      const holder: Holder = JSON.parse(readFileSync(path, 'utf8'));
      await lock.release();
      writeFileSync(path, JSON.stringify({ ...holder, id: 'x', pid: 2 ** 22 + 1, machine: 'another' }));
      expect(await takeLock(path)).toMatchObject({ left: { machine: 'another' } });
    },
  );

  it.each([
    ['empty', ''],
    ['cut off', '{"id":"x","pi'],
    ['something else', '[1, 2, 3]'],
    ['too long', `{"id":"${'x'.repeat(1 << 20)}"}`],
  ])('that is %s is taken after a moment', async (_, text) => {
    writeFileSync(path, text);
    await right(await takeLock(path, quickly)).release();
  });

  it.skipIf(process.platform === 'win32')('that is no file is refused, and not read', async () => {
    const secret = join(folder, 'secret');
    for (const put of [
      () => execFileSync('mkfifo', [path]),
      () => symlinkSync('/dev/zero', path),
      () => symlinkSync(secret, path),
      () => mkdirSync(path),
    ]) {
      put();
      await expect(takeLock(path)).rejects.toThrow(/not a file/);
      rmSync(path, { recursive: true });
    }
    expect(existsSync(secret)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'is not waited for where something else stands in the way of taking it over',
    async () => {
      const guard = `${path}.guard`;
      for (const put of [
        () => execFileSync('mkfifo', [guard]),
        () => symlinkSync(join(folder, 'nowhere'), guard),
        () => mkdirSync(guard),
      ]) {
        writeFileSync(path, '');
        put();
        await expect(takeLock(path, quickly)).rejects.toThrow(/lock\.guard is a .*, not a file/);
        rmSync(guard, { recursive: true });
      }
    },
  );

  it('that is about to be taken over by another one is given up when asked to stop', async () => {
    writeFileSync(path, '');
    writeFileSync(`${path}.guard`, '');
    const stop = AbortSignal.timeout(1500);
    await expect(takeLock(path, { silence: 10, signal: stop })).rejects.toThrow();
  });

  it('says what the system says where it cannot be written', async () => {
    await expect(takeLock(join(folder, 'nowhere/lock'))).rejects.toThrow('ENOENT');
  });
});
