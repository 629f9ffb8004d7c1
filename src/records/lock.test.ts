import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, type Lock, takeLock } from './lock.js';

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

  it('of another machine holds while it shows signs of life', async () => {
    writeFileSync(path, JSON.stringify({ id: 'x', pid: 1, host: 'elsewhere', started: '1', since: 'then' }));
    expect(await takeLock(path)).toMatchObject({ left: { host: 'elsewhere' } });
    utimesSync(path, new Date(0), new Date(0));
    await right(await takeLock(path)).release();
  });

  it('that nobody wrote his name into is taken after a moment', async () => {
    writeFileSync(path, '');
    utimesSync(path, new Date(0), new Date(0));
    await right(await takeLock(path)).release();
  });

  it('says what the system says where it cannot be written', async () => {
    await expect(takeLock(join(folder, 'nowhere/lock'))).rejects.toThrow('ENOENT');
  });
});
