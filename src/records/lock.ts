import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { isSame, type Look, lookAt, lookOf } from '../disk/look.js';
import { firstBytes, kindOf, NotAFileError } from '../disk/regular.js';
import { parseJson } from '../ports/json.js';
import { holderPid, noteHolding } from './journal/holding.js';

/** Who holds a lock. */
export interface Holder {
  readonly id: string;
  /** The process that users know: the one that looks after the process at work, where there is one. */
  readonly pid: number;
  /** The process that has the lock's file open, where that is another one. */
  readonly opener?: number;
  readonly host: string;
  /** What tells machines of one name apart, and containers on one machine; absent where the system does not tell. */
  readonly machine?: string;
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

/** How to take a lock. */
export interface LockOptions {
  /**
   * Is told when it has to be watched whether the holder lives, and for how many milliseconds at most. The holder is undefined
   * where the lock does not say who it is.
   */
  readonly waiting?: (holder: Holder | undefined, milliseconds: number) => void;
  /** Gives up waiting when it aborts: `takeLock` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a sign of life after which a holder that cannot be asked counts as dead. Default: 30 s. */
  readonly silence?: number;
}

const holderCodec: t.Type<Holder, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({ id: t.string, pid: t.number, host: t.string, started: t.string, since: t.string }),
    t.partial({ machine: t.string, opener: t.number }),
  ]),
) as t.Type<Holder, unknown, unknown>;

/** How often a holder shows that it lives, and how long it is watched for that by those who cannot ask. */
const BEAT_MS = 10_000;
const SILENCE_MS = 30_000;
/** Signs of life that are not older say so at once. */
const FRESH_MS = 60_000;
/** How long writing a name, and removing a lock, can take. */
const UNNAMED_MS = 1000;
const GUARD_MS = 5000;
/** Clocks that are so far apart count as one. */
const SKEW_MS = 2000;
/** Bytes that a lock can have. */
const MOST_BYTES = 1 << 16;

/**
 * Locks of this process, lest it take one of its own for left behind: process ids repeat after a restart. Several copies of this
 * module can be loaded.
 */
const mine: Set<string> = (() => {
  const shared = globalThis as { [key: symbol]: unknown };
  const name = Symbol.for('prismflow.locks');
  shared[name] ??= new Set<string>();
  return shared[name] as Set<string>;
})();

/**
 * Takes the lock that is a file, for this process alone. It survives no process: one whose holder was killed is taken
 * over at once. On one machine the holder is known by process id and start time, and by having the file open; on others by
 * signs of life, which are watched for rather than dated, since clocks differ.
 * @returns the lock, or who holds it. Rejects with what the system says when the file cannot be written, and where it is
 * no file.
 */
export const takeLock = async (path: string, options: LockOptions = {}): Promise<E.Either<Holder, Lock>> => {
  const machine = await machineId();
  const holder: Holder = {
    id: randomUUID(),
    pid: holderPid(),
    ...(holderPid() === process.pid ? {} : { opener: process.pid }),
    host: hostname(),
    ...(machine === '' ? {} : { machine }),
    started: await startOf(holderPid()),
    since: new Date().toISOString(),
  };
  mine.add(holder.id);
  try {
    const taken = await contend(path, holder, options);
    if (E.isLeft(taken)) mine.delete(holder.id);
    return taken;
  } catch (thrown) {
    mine.delete(holder.id);
    throw thrown;
  }
};

const contend = async (
  path: string,
  holder: Holder,
  { waiting = () => undefined, silence = SILENCE_MS, signal }: LockOptions,
): Promise<E.Either<Holder, Lock>> => {
  for (;;) {
    const file = await createdWith(path, JSON.stringify(holder));
    if (file !== undefined) return E.right(held(path, await onlyToRead(path, file), holder, false));
    const seen = await glance(path);
    if (seen === undefined) continue;
    const life = await lifeOf(path, seen, holder);
    if (life === 'alive' && O.isSome(seen.holder)) return E.left(seen.holder.value);
    const isDead = life === 'dead' || (await isSilent(path, seen, silence, waiting, signal));
    // It may have been given back, or taken by another one, or have got its name meanwhile.
    if (!isDead) {
      const now = await glance(path);
      if (now !== undefined && O.isSome(now.holder) && isOf(now, seen)) return E.left(now.holder.value);
      continue;
    }
    signal?.throwIfAborted();
    const over = await takenOver(path, seen, holder);
    if (over !== undefined) return E.right(held(path, await onlyToRead(path, over), holder, true));
    await pause(10);
  }
};

/** A lock as it is seen: the file, and whose it is; none where it does not say. */
interface Seen {
  readonly look: Look;
  readonly holder: O.Option<Holder>;
}

/** Undefined when it is not there. Rejects where it may not be read, and where it is no file. */
const glance = async (path: string): Promise<Seen | undefined> => {
  try {
    const text = (await firstBytes(path, MOST_BYTES)).toString();
    const look = await lookAt(path);
    return look === undefined ? undefined : { look, holder: holderIn(text) };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
};

const holderIn = (text: string): O.Option<Holder> =>
  pipe(
    parseJson(text),
    O.fromEither,
    O.chain((value) => O.fromEither(holderCodec.decode(value))),
  );

/** Whether two looks show the lock of the same holder. */
const isOf = (a: Seen, b: Seen): boolean =>
  O.isSome(a.holder) && O.isSome(b.holder)
    ? a.holder.value.id === b.holder.value.id
    : a.look.inode === b.look.inode;

/** What is known at once of a lock's holder. */
const lifeOf = async (
  path: string,
  { look, holder }: Seen,
  own: Pick<Holder, 'host' | 'machine'>,
): Promise<'alive' | 'dead' | 'unknown'> => {
  if (O.isNone(holder)) return 'unknown';
  const { id, pid, opener = pid, host, machine, started } = holder.value;
  if (mine.has(id)) return 'alive';
  if (host !== own.host || (machine !== undefined && own.machine !== undefined && machine !== own.machine))
    return isFresh(await ageOf(path, look)) ? 'alive' : 'unknown';
  // One of the same family that is not this process's is of a process at work that was ended.
  if (pid === holderPid() || !isRunning(pid)) return 'dead';
  const now = await startOf(pid);
  if (now !== '' && started !== '' && now !== started) return 'dead';
  const has = await hasOpen(opener, path);
  // One that was started at this very moment, and yet has not the file open: someone else wrote its number.
  if (has !== undefined) return has ? 'alive' : 'dead';
  return now !== '' && started !== '' ? 'alive' : isFresh(await ageOf(path, look)) ? 'alive' : 'unknown';
};

const isFresh = (age: number): boolean => age >= -SKEW_MS && age <= FRESH_MS;

/** How long ago a file was written, in milliseconds, by the clock of whoever keeps it; negative in the future. */
const ageOf = async (path: string, { modified }: Look): Promise<number> => {
  const probe = `${path}.${randomUUID()}`;
  try {
    await writeFile(probe, '', { flag: 'wx' });
    return ((await lookAt(probe))?.modified ?? Date.now()) - modified;
  } catch {
    return Date.now() - modified;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
};

/**
 * Watches a lock for signs of life.
 * @returns true when there was none
 */
const isSilent = async (
  path: string,
  seen: Seen,
  silence: number,
  waiting: NonNullable<LockOptions['waiting']>,
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  const wait = O.isSome(seen.holder) ? silence : Math.min(silence, UNNAMED_MS);
  if (O.isSome(seen.holder)) waiting(seen.holder.value, wait);
  const end = performance.now() + wait;
  while (performance.now() < end) {
    signal?.throwIfAborted();
    await pause(Math.min(200, wait));
    const look = await lookAt(path);
    if (look === undefined || !isSame(look, seen.look)) return false;
  }
  return true;
};

/** Makes a file that is not there, and leaves it open: that shows others on this machine whose it is. */
const createdWith = async (path: string, text: string): Promise<FileHandle | undefined> => {
  const file = await open(path, 'wx').catch((thrown: unknown) => {
    if (codeOf(thrown) === 'EEXIST') return undefined;
    throw thrown;
  });
  try {
    await file?.write(text, 0);
    return file;
  } catch (thrown) {
    // Where there is no room, an empty file was made.
    await file?.close();
    await rm(path, { force: true });
    throw thrown;
  }
};

const unreadable = (): 'unreadable' => 'unreadable';

const held = (path: string, file: FileHandle, holder: Holder, wasLeft: boolean): Lock => {
  const beat = setInterval(() => void showLife(path, holder, file), BEAT_MS);
  beat.unref();
  noteHolding(path, true);
  return {
    wasLeft,
    release: async () => {
      clearInterval(beat);
      mine.delete(holder.id);
      await file.close().catch(() => undefined);
      let now = await glance(path).catch(unreadable);
      // Where too many files are open, some are closed in a moment.
      for (let tries = 0; tries < 20 && now === 'unreadable'; tries++) {
        await pause(50);
        now = await glance(path).catch(unreadable);
      }
      if (now === 'unreadable') return;
      if (now !== undefined && O.isSome(now.holder) && now.holder.value.id === holder.id)
        await rm(path, { force: true });
      // One that cannot be read, as where no more files can be opened, is left to whoever looks after this process.
      noteHolding(path, false);
    },
  };
};

/** Written anew, a file gets its time by the clock of whoever keeps it; where there is no room, by this one's. */
const showLife = async (path: string, holder: Holder, file: FileHandle): Promise<void> => {
  const now = new Date();
  const written = await open(path, 'r+').catch(() => undefined);
  try {
    const [own, other] = await Promise.all([file.stat(), written?.stat()]);
    // Another lock may stand there by now.
    if (written !== undefined && own.ino === other?.ino) await written.write(JSON.stringify(holder), 0);
  } catch {
    await file.utimes(now, now).catch(() => undefined);
  } finally {
    await written?.close().catch(() => undefined);
  }
};

/** The same file, open for reading alone: one that is open for writing keeps its file system from becoming read-only. */
const onlyToRead = async (path: string, file: FileHandle): Promise<FileHandle> => {
  const reading = await open(path, 'r').catch(() => undefined);
  if (reading === undefined) return file;
  const [own, other] = await Promise.all([file.stat(), reading.stat()]);
  const [kept, closed] = own.ino === other.ino ? [reading, file] : [file, reading];
  await closed.close();
  return kept;
};

/** Who holds a lock and lives, as far as can be told at once; nobody when it is free, or was left behind. */
export const whoHolds = async (path: string): Promise<Holder | undefined> => {
  const seen = await glance(path).catch(() => undefined);
  if (seen === undefined || O.isNone(seen.holder)) return undefined;
  const machine = await machineId();
  const own = { host: hostname(), ...(machine === '' ? {} : { machine }) };
  return (await lifeOf(path, seen, own)) === 'alive' ? seen.holder.value : undefined;
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

/** What tells this start of this system, and this space of process ids, from others of the same name, on Linux. */
const machineId = async (): Promise<string> => {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return [boot.trim(), space].filter((part) => part !== '').join(' ');
};

/** Whether a process has a file open, under Linux; undefined where that cannot be seen. */
const hasOpen = async (pid: number, path: string): Promise<boolean | undefined> => {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => undefined);
  const own = await stat(path).catch(() => undefined);
  if (names === undefined || own === undefined) return undefined;
  const real = await realpath(path).catch(() => path);
  for (const name of names) {
    const descriptor = `${folder}/${name}`;
    const other = await stat(descriptor).catch(() => undefined);
    if (other?.ino === own.ino && other.dev === own.dev) return true;
    // A file that another program put in its place has another number.
    if (pid !== process.pid && (await readlink(descriptor).catch(() => '')).startsWith(real)) return true;
  }
  return false;
};

/** A look at a file; undefined where nothing is there. Rejects where it is none: nobody of ours made it, so nobody removes it. */
const lookAtFile = async (path: string): Promise<Look | undefined> => {
  const stats = await lstat(path).catch(() => undefined);
  if (stats !== undefined && !stats.isFile()) throw new NotAFileError(path, kindOf(stats));
  return stats && lookOf(stats);
};

/**
 * Puts a lock in the place of a dead holder's, unless somebody else did meanwhile. Only one process at a time looks again and
 * replaces it: a second file, there for an instant, sees to that.
 */
const takenOver = async (path: string, dead: Seen, holder: Holder): Promise<FileHandle | undefined> => {
  const guard = `${path}.guard`;
  const mark = await createdWith(guard, holder.id);
  if (mark === undefined) {
    const look = await lookAtFile(guard);
    const age = look === undefined ? 0 : await ageOf(guard, look);
    // In the future is nobody who would be at it now.
    if (age > GUARD_MS || age < -SKEW_MS) await rm(guard, { force: true });
    return undefined;
  }
  try {
    const now = await glance(path);
    const isStill =
      now !== undefined && isOf(now, dead) && (O.isSome(now.holder) || isSame(now.look, dead.look));
    return isStill ? await inItsPlace(path, holder) : undefined;
  } finally {
    await mark.close();
    await rm(guard, { force: true });
  }
};

const inItsPlace = async (path: string, holder: Holder): Promise<FileHandle | undefined> => {
  const fresh = `${path}.${holder.id}`;
  const file = await createdWith(fresh, JSON.stringify(holder));
  try {
    await rename(fresh, path);
    return file;
  } catch (thrown) {
    await file?.close();
    await rm(fresh, { force: true });
    throw thrown;
  }
};

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
