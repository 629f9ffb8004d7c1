import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { holderPid, noteHolding } from './journal/holding.js';

/** Who holds a lock. */
export interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process was started, as its system tells it; empty where it does not. */
  readonly started: string;
  /** ISO 8601, UTC: when the lock was taken. */
  readonly since: string;
}

/** A lock that was taken. */
export interface Lock {
  /** True when whoever held it before ended without giving it back. */
  readonly wasLeft: boolean;
  readonly release: () => Promise<void>;
}

const holderCodec: t.Type<Holder, unknown, unknown> = t.readonly(
  t.type({ id: t.string, pid: t.number, host: t.string, started: t.string, since: t.string }),
);

/** How often a holder shows that it lives, and after how long others take it for dead who cannot look. */
const BEAT_MS = 10_000;
const DEAD_MS = 60_000;
/** How long writing a name, and removing a lock, can take. */
const UNNAMED_MS = 1000;
const GUARD_MS = 5000;

/** Locks of this process, lest it take one of its own for left behind: process ids repeat after a restart. */
const mine = new Set<string>();

/**
 * Takes the lock that is a file, for this process alone. It survives no process: one whose holder was killed is taken
 * over at once. Who holds it is known by process id and start time on one machine, by signs of life on others.
 * @returns the lock, or who holds it. Rejects with what the system says when the file cannot be written.
 */
export const takeLock = async (path: string): Promise<E.Either<Holder, Lock>> => {
  const holder: Holder = {
    id: randomUUID(),
    pid: holderPid(),
    host: hostname(),
    started: await startOf(holderPid()),
    since: new Date().toISOString(),
  };
  mine.add(holder.id);
  try {
    const taken = await contend(path, holder);
    if (E.isLeft(taken)) mine.delete(holder.id);
    return taken;
  } catch (thrown) {
    mine.delete(holder.id);
    throw thrown;
  }
};

const contend = async (path: string, holder: Holder): Promise<E.Either<Holder, Lock>> => {
  let wasLeft = false;
  for (;;) {
    if (await created(path, holder)) return E.right(held(path, holder, wasLeft));
    const other = await holderOf(path);
    if (O.isSome(other) && (await isAlive(path, other.value))) return E.left(other.value);
    // A lock without a name is one that is being written, or whose writer was killed at that.
    const isDead = O.isSome(other) || (await isOlderThan(path, UNNAMED_MS));
    if (isDead && (await removed(path, other))) wasLeft = true;
    else await pause(10);
  }
};

const created = (path: string, holder: Holder): Promise<boolean> => createdWith(path, JSON.stringify(holder));

const createdWith = async (path: string, text: string): Promise<boolean> => {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    // Where there is no room, an empty file may have been made.
    if (codeOf(thrown) === 'ENOSPC' || codeOf(thrown) === 'EDQUOT') await rm(path, { force: true });
    throw thrown;
  }
};

const held = (path: string, holder: Holder, wasLeft: boolean): Lock => {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  noteHolding(path, true);
  return {
    wasLeft,
    release: async () => {
      clearInterval(beat);
      mine.delete(holder.id);
      let now = await holderOf(path);
      // Where too many files are open, some are closed in a moment.
      for (let tries = 0; tries < 20 && O.isNone(now) && existsSync(path); tries++) {
        await pause(50);
        now = await holderOf(path);
      }
      if (O.isSome(now) && now.value.id === holder.id) await rm(path, { force: true });
      // One that cannot be read, as where no more files can be opened, is left to whoever looks after this process.
      if (O.isSome(now) || !existsSync(path)) noteHolding(path, false);
    },
  };
};

/** Who holds a lock and lives; nobody when it is free, or was left behind. */
export const whoHolds = async (path: string): Promise<Holder | undefined> => {
  const holder = await holderOf(path);
  return O.isSome(holder) && (await isAlive(path, holder.value)) ? holder.value : undefined;
};

/** Who holds the lock; none when it is not there, or not written yet. */
const holderOf = async (path: string): Promise<O.Option<Holder>> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return pipe(
    E.tryCatch((): unknown => JSON.parse(text), String),
    O.fromEither,
    O.chain((value) => O.fromEither(holderCodec.decode(value))),
  );
};

const isAlive = async (path: string, { id, pid, host, started }: Holder): Promise<boolean> => {
  if (mine.has(id)) return true;
  if (host !== hostname()) return !(await isOlderThan(path, DEAD_MS));
  if (pid === holderPid() || !isRunning(pid)) return false;
  const now = await startOf(pid);
  return now === '' || started === '' ? !(await isOlderThan(path, DEAD_MS)) : now === started;
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // It runs, as another user.
    return codeOf(thrown) === 'EPERM';
  }
};

/** Clock ticks from the system's start to the process's, on Linux; elsewhere nothing. */
const startOf = async (pid: number): Promise<string> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in brackets, which comes second, can hold anything.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

const isOlderThan = (path: string, milliseconds: number): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > milliseconds,
    () => true,
  );

/**
 * Removes a dead holder's lock, unless somebody else did and took it meanwhile. Only one process at a time looks again and
 * removes it: a second file, there for an instant, sees to that.
 */
const removed = async (path: string, dead: O.Option<Holder>): Promise<boolean> => {
  const guard = `${path}.guard`;
  if (!(await claimed(guard))) {
    if (await isOlderThan(guard, GUARD_MS)) await rm(guard, { force: true });
    return false;
  }
  try {
    const now = await holderOf(path);
    const isSame =
      O.isSome(now) && O.isSome(dead)
        ? now.value.id === dead.value.id
        : O.isNone(now) && O.isNone(dead) && (await isOlderThan(path, UNNAMED_MS));
    if (isSame) await rm(path, { force: true });
    return isSame;
  } finally {
    await rm(guard, { force: true });
  }
};

const claimed = (guard: string): Promise<boolean> => createdWith(guard, '');

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
