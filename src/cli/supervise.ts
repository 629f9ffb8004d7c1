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

/** Starts the process that works, and sees to its end; false where no process can be started. */
export const supervise = (): boolean => {
  // Ended by a photo that held it, it is started again, and the photo worked on in a process of its own.
  const blocked = new Set<string>();
  let stopped: StopSignal | undefined;
  let stop: Overseen['stop'] = () => undefined;
  let heard: { readonly from: 'here' | 'there'; readonly at: number } | undefined;
  /** A signal that came to both processes is one. */
  const hear = (by: StopSignal, from: 'here' | 'there'): void => {
    const before = heard;
    heard = { from, at: performance.now() };
    if (before !== undefined && before.from !== from && heard.at - before.at <= ONE_MS) return;
    const isSecond = stopped !== undefined;
    stopped = by;
    stop(by, isSecond);
  };

  const begin = (): boolean => {
    const child = start();
    if (child === undefined) return false;
    const overseen = oversee(child, {
      stopped: () => stopped,
      signalled: (by) => hear(by, 'there'),
      held: (photos, locks) => again(photos, locks),
    });
    stop = overseen.stop;
    return true;
  };

  /** Starts all again after a photo has held it; not for the same photos twice, nor where nothing is kept of what was done. */
  const again = async ({ paths, most }: Photos, locks: ReadonlySet<string>): Promise<void> => {
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
    process.exit(stopped === undefined ? exit.stuck : statusOf(stopped));
  };

  if (!begin()) return false;
  for (const signal of stopSignalNames) process.on(signal, () => hear(signal, 'here'));
  return true;
};

/** The photos that a process is at, and how many milliseconds it may say nothing for them. */
interface Photos {
  readonly paths: readonly string[];
  readonly most: number;
}

/** What is asked and told about a process that works. */
interface Listener {
  /** By which signal the user has stopped the command, if so. */
  readonly stopped: () => StopSignal | undefined;
  /** A signal came to it. */
  readonly signalled: (by: StopSignal) => void;
  /** It said nothing for longer than its photos may take, and was killed; it held these locks. */
  readonly held: (photos: Photos, locks: ReadonlySet<string>) => Promise<void>;
}

/** A process that works. */
interface Overseen {
  /** Tells it to stop, and ends it where it does not; the second time at once. */
  readonly stop: (by: StopSignal, isSecond: boolean) => void;
}

/** Sees to the end of a process that works: this process ends with it, and as it did. */
const oversee = (child: ChildProcess, { stopped, signalled, held }: Listener): Overseen => {
  const locks = new Set<string>();
  let photos: Photos = { paths: [], most: Number.POSITIVE_INFINITY };
  let [isPatient, isHeard, isLeaving] = [false, false, false];

  const silence = measureSilence(
    () => photos.most,
    () => {
      if (isLeaving) return;
      isLeaving = true;
      void killed(child).then(() => held(photos, locks));
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

  child.on('message', (said: Said) => {
    silence.broken();
    switch (said.kind) {
      case 'stopping':
        [isHeard, isPatient] = [true, said.isPatient];
        return;
      case 'signalled':
        signalled(said.by);
        return;
      case 'lock':
        if (said.isHeld) locks.add(said.path);
        else locks.delete(said.path);
        return;
      case 'alive':
        photos = { paths: said.paths, most: said.most === 0 ? Number.POSITIVE_INFINITY : said.most };
        return;
      case 'over':
        silence.end();
        // What was stopped may have native code at work, which nothing but a kill ends.
        if (stopped() !== undefined || locks.size > 0) void leave(said.status);
        else setTimeout(() => void leave(said.status), END_MS);
        child.once('exit', () => process.exit(said.status));
    }
  });
  child.on('exit', (status, by) => {
    if (isLeaving) return;
    silence.end();
    const signal = stopped();
    if (signal === undefined) endAs(status, by);
    else {
      isLeaving = true;
      void giveBackAll(locks).then(() => process.exit(statusOf(signal)));
    }
  });
  child.on('error', () => endAs(1, null));

  return {
    stop: (by, isSecond) => {
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
    },
  };
};

/** Measures how long a process says nothing, and says once when that is longer than it may. */
const measureSilence = (most: () => number, tooLong: () => void) => {
  let [silence, last] = [0, performance.now()];
  const look = setInterval(() => {
    const now = performance.now();
    silence += Math.min(now - last, 2 * LOOK_MS);
    last = now;
    if (silence < most() + SILENCE_MS) return;
    clearInterval(look);
    tooLong();
  }, LOOK_MS);
  return {
    broken: (): void => {
      silence = 0;
    },
    end: (): void => clearInterval(look),
  };
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
