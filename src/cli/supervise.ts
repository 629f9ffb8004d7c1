import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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

/** Starts the process that works, and sees to its end; false where no process can be started. */
export const supervise = (): boolean => {
  // Ended by a photo that held it, it is started again, and the photo worked on in a process of its own.
  const blocked = new Set<string>();
  let stopped: StopSignal | undefined;
  let stop: (by: StopSignal) => void = () => undefined;
  let heard: { readonly from: 'here' | 'there'; readonly at: number } | undefined;
  /** A signal that came to both processes is one. */
  const hear = (by: StopSignal, from: 'here' | 'there'): void => {
    const before = heard;
    heard = { from, at: performance.now() };
    if (before === undefined || before.from === from || heard.at - before.at > ONE_MS) stop(by);
  };

  const begin = (): boolean => {
    const child = start();
    if (child === undefined) return false;
    const locks = new Set<string>();
    let [silence, most, paths]: [number, number, readonly string[]] = [0, Number.POSITIVE_INFINITY, []];
    let [isPatient, isHeard, isLeaving] = [false, false, false];
    let last = performance.now();

    /** Ends the process at once, and gives back what it held. */
    const leave = async (status: number): Promise<void> => {
      if (isLeaving) return;
      isLeaving = true;
      clearInterval(look);
      await killed(child);
      await giveBackAll(locks);
      process.exit(status);
    };

    stop = (by) => {
      const isSecond = stopped !== undefined;
      stopped = by;
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

    const look = setInterval(() => {
      const now = performance.now();
      silence += Math.min(now - last, 2 * LOOK_MS);
      last = now;
      if (silence < most + SILENCE_MS || isLeaving) return;
      isLeaving = true;
      clearInterval(look);
      void killed(child).then(() => again(paths, most, locks));
    }, LOOK_MS);

    child.on('message', (said: Said) => {
      silence = 0;
      switch (said.kind) {
        case 'stopping':
          [isHeard, isPatient] = [true, said.isPatient];
          return;
        case 'signalled':
          hear(said.by, 'there');
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
          clearInterval(look);
          // What was stopped may have native code at work, which nothing but a kill ends.
          if (stopped !== undefined || locks.size > 0) void leave(said.status);
          else setTimeout(() => void leave(said.status), END_MS);
          child.once('exit', () => process.exit(said.status));
      }
    });
    child.on('exit', (status, by) => {
      if (isLeaving) return;
      clearInterval(look);
      if (stopped !== undefined) {
        isLeaving = true;
        void giveBackAll(locks).then(() => process.exit(statusOf(stopped ?? 'SIGINT')));
      } else endAs(status, by);
    });
    child.on('error', () => endAs(1, null));
    return true;
  };

  /** Starts all again after a photo has held it; not for the same photos twice, nor where nothing is kept of what was done. */
  const again = async (paths: readonly string[], most: number, locks: ReadonlySet<string>): Promise<void> => {
    const named = paths.slice(0, 3).map(plain).join(', ');
    const seconds = Math.round(most / 1000);
    const isNew = paths.some((path) => !blocked.has(path));
    for (const path of paths) blocked.add(path);
    if (stopped === undefined && isNew && locks.size > 0) {
      process.stderr.write(
        `The program was held for more than the ${seconds} s that a photo may take, while it was at ${named}. It is started again, and works on ${paths.length === 1 ? 'that in a process of its own' : 'those in processes of their own'}.\n`,
      );
      if (begin()) return;
    }
    process.stderr.write(
      `The program was held for more than the ${seconds} s that a photo may take, while it was at ${named}, and was stopped. Leave the photo out, or allow more with --timeout.\n`,
    );
    await giveBackAll(locks);
    process.exit(stopped === undefined ? 3 : statusOf(stopped));
  };

  if (!begin()) return false;
  for (const signal of stopSignalNames) process.on(signal, () => hear(signal, 'here'));
  return true;
};

const isWatch = process.argv[2] === 'watch';

const start = (): ChildProcess | undefined => {
  try {
    const child = fork(fileURLToPath(new URL('work.cjs', import.meta.url)), process.argv.slice(2), {
      stdio: 'inherit',
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
  const { giveBack } = await import('../records/journal/left-behind.js');
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
