import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exit } from './exit-status.js';
import { type StopSignal, statusOf, stopSignalNames } from './stop-signals.js';
import type { Said, Told } from './supervision.js';

/** How long the process may take to hear that it is to stop, and then to stop. */
const HEAR_MS = 800;
const STOP_MS = 10_000;
/** How far apart a signal can come to both processes. */
const ONE_MS = 300;
/** How long it may take to end by itself once it has said that it is over. */
const END_MS = 2000;
/** How often its silence is measured; what is longer, as when all was stopped by Ctrl-Z, counts for no more than two. */
const LOOK_MS = 500;
/** How much longer than a photo may take it may be silent. */
const SILENCE_MS = 5000;

/** What outlives a process that works. */
interface Supervision {
  /** Photos that have held one: it is started again, and they are worked on in processes of their own. */
  readonly blocked: Set<string>;
  /** The signal that all was stopped by. */
  stopped: StopSignal | undefined;
  /** Stops the process that works now. */
  stop: (by: StopSignal) => void;
  readonly hear: Hear;
}

/** Takes a signal that came to this process, or to the one that works. */
type Hear = (by: StopSignal, from: 'here' | 'there') => void;

/** Starts the process that works, and sees to its end; false where no process can be started. */
export const supervise = (): boolean => {
  const supervision: Supervision = {
    blocked: new Set(),
    stopped: undefined,
    stop: () => undefined,
    hear: hearing((by) => supervision.stop(by)),
  };
  if (!begin(supervision)) return false;
  for (const signal of stopSignalNames) process.on(signal, () => supervision.hear(signal, 'here'));
  return true;
};

/** A signal that came to both processes is one. */
const hearing = (stop: (by: StopSignal) => void): Hear => {
  let heard: { readonly from: 'here' | 'there'; readonly at: number } | undefined;
  return (by, from) => {
    const before = heard;
    heard = { from, at: performance.now() };
    if (before === undefined || before.from === from || heard.at - before.at > ONE_MS) stop(by);
  };
};

/** Measures silence until it is ended, and calls `found` whenever it is too long. */
const measureSilence = (isTooLong: (silence: number) => boolean, found: () => void) => {
  let silence = 0;
  let last = performance.now();
  const look = setInterval(() => {
    const now = performance.now();
    silence += Math.min(now - last, 2 * LOOK_MS);
    last = now;
    if (isTooLong(silence)) found();
  }, LOOK_MS);
  return {
    broken: () => {
      silence = 0;
    },
    end: () => clearInterval(look),
  };
};

const begin = (supervision: Supervision): boolean => {
  const child = start();
  if (child === undefined) return false;
  const locks = new Set<string>();
  let [most, paths]: [number, readonly string[]] = [Number.POSITIVE_INFINITY, []];
  let [isPatient, isHeard, isLeaving] = [false, false, false];

  const silence = measureSilence(
    (lasted) => lasted >= most + SILENCE_MS && !isLeaving,
    () => {
      isLeaving = true;
      silence.end();
      void killed(child).then(() => again(supervision, paths, most, locks));
    },
  );

  /** Ends the process at once, and gives back what it held. */
  const leave = async (status: number): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    silence.end();
    await killed(child);
    await giveBackAll(locks);
    process.exit(status);
  };

  supervision.stop = (by) => {
    const isSecond = supervision.stopped !== undefined;
    supervision.stopped = by;
    if (isSecond) {
      void leave(statusOf(by));
      return;
    }
    const told: Told = { kind: 'stop', by };
    child.send(told, () => undefined);
    setTimeout(() => {
      if (!isHeard && !isWatch) void leave(statusOf(by));
    }, HEAR_MS);
    setTimeout(() => {
      if (!isPatient) void leave(statusOf(by));
    }, STOP_MS);
  };

  child.on('message', (said: Said) => {
    silence.broken();
    switch (said.kind) {
      case 'stopping':
        [isHeard, isPatient] = [true, said.isPatient];
        return;
      case 'signalled':
        supervision.hear(said.by, 'there');
        return;
      case 'lock':
        if (said.isHeld) locks.add(said.path);
        else locks.delete(said.path);
        return;
      case 'alive':
        most = said.most === 0 ? Number.POSITIVE_INFINITY : said.most;
        paths = said.paths;
        return;
      case 'over':
        silence.end();
        // What was stopped may have native code at work, which nothing but a kill ends.
        if (supervision.stopped !== undefined || locks.size > 0) void leave(said.status);
        else setTimeout(() => void leave(said.status), END_MS);
        child.once('exit', () => process.exit(said.status));
    }
  });
  child.on('exit', (status, by) => {
    if (isLeaving) return;
    silence.end();
    const { stopped } = supervision;
    if (stopped === undefined) return endAs(status, by);
    isLeaving = true;
    void giveBackAll(locks).then(() => process.exit(statusOf(supervision.stopped ?? stopped)));
  });
  child.on('error', () => endAs(1, null));
  return true;
};

/** Starts all again after a photo has held it; not for the same photos twice, nor where nothing is kept of what was done. */
const again = async (
  supervision: Supervision,
  paths: readonly string[],
  most: number,
  locks: ReadonlySet<string>,
): Promise<void> => {
  const { blocked } = supervision;
  const named = paths.slice(0, 3).map(plain).join(', ');
  const seconds = Math.round(most / 1000);
  const isNew = paths.some((path) => !blocked.has(path));
  for (const path of paths) blocked.add(path);
  if (supervision.stopped === undefined && isNew && locks.size > 0) {
    process.stderr.write(
      `The program was held for more than the ${seconds} s that a photo may take, while it was at ${named}. It is started again, and works on ${paths.length === 1 ? 'that in a process of its own' : 'those in processes of their own'}.\n`,
    );
    if (begin(supervision)) return;
  }
  process.stderr.write(
    `The program was held for more than the ${seconds} s that a photo may take, while it was at ${named}, and was stopped. Leave the photo out, or allow more with --timeout.\n`,
  );
  await giveBackAll(locks);
  process.exit(supervision.stopped === undefined ? exit.stuck : statusOf(supervision.stopped));
};

const isWatch = process.argv[2] === 'watch';

/**
 * What keeps glibc from giving each thread a heap of its own, of which up to 2 MB stay when they are free: for commands that go through
 * many photos, and where the environment says nothing of it. Other C libraries have no such heaps, and do not look at it.
 */
const sharedHeap = (): NodeJS.ProcessEnv => {
  const { MALLOC_ARENA_MAX, GLIBC_TUNABLES = '' } = process.env;
  const isSaid = MALLOC_ARENA_MAX !== undefined || GLIBC_TUNABLES.includes('arena_max');
  return isSaid || !(isWatch || process.argv[2] === 'run') ? {} : { MALLOC_ARENA_MAX: '1' };
};

const start = (): ChildProcess | undefined => {
  try {
    const child = fork(fileURLToPath(new URL('../work.cjs', import.meta.url)), process.argv.slice(2), {
      stdio: 'inherit',
      env: { ...process.env, ...sharedHeap() },
    });
    // What could not be started says so once more, later.
    child.on('error', () => undefined);
    return child.pid === undefined ? undefined : child;
  } catch {
    return undefined;
  }
};

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
    // What waits for a disk that does not answer cannot even be killed.
    setTimeout(resolve, 500);
  });

const giveBackAll = async (locks: ReadonlySet<string>): Promise<void> => {
  if (locks.size === 0) return;
  const { giveBack } = await import('../../records/journal/left-behind.js');
  await Promise.all([...locks].map((path) => giveBack(path, process.pid).catch(() => undefined)));
};

/** Ends this process as the other one ended: by its status, or by the signal that ended it. */
const endAs = (status: number | null, by: NodeJS.Signals | null): void => {
  if (by === null) process.exit(status ?? 1);
  for (const signal of stopSignalNames) process.removeAllListeners(signal);
  process.kill(process.pid, by);
  // A signal that does not end this one.
  setTimeout(() => process.exit(1), 1000);
};

/** A path without what a terminal would take for orders. */
const plain = (path: string): string => path.slice(0, 200).replace(/[^\x20-\x7e\xa0-\u{10ffff}]/gu, '?');
