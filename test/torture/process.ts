import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));

/** One line of what a command says with --json. */
export type Said = Readonly<Record<string, unknown>>;

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly said: readonly Said[];
  readonly complaints: () => string;
  /** How often it has said that something happened. */
  readonly count: (event: string) => number;
  readonly kill: (signal: NodeJS.Signals) => boolean;
  /** Its exit status; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** Waits for the end of a command that speaks to people, and gives what it said. */
  readonly text: () => Promise<{
    readonly status: number | null;
    readonly out: string;
    readonly err: string;
  }>;
  /** Waits until something holds, or the command ends; true when it holds. */
  readonly until: (isSo: () => boolean, seconds?: number) => Promise<boolean>;
}

/** Starts the built command line; where `user` is given, as that user, which only root can do. */
export const start = (
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  user?: number,
): Running => {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const said: Said[] = [];
  const counts = new Map<string, number>();
  const json = args.includes('--json') && (args[0] === 'run' || args[0] === 'watch');
  let [out, rest, complaints, isOver] = ['', '', '', false];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += json ? '' : chunk.toString();
    if (!json) return;
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event: Said = JSON.parse(line);
      counts.set(String(event.event), (counts.get(String(event.event)) ?? 0) + 1);
      // A day has too many to keep.
      if (said.length < 5000) said.push(event);
    }
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (status) => {
      isOver = true;
      resolve(status);
    });
  });
  return {
    pid: child.pid ?? 0,
    said,
    complaints: () =>
      [complaints, ...said.filter(({ event }) => event === 'diagnostic').map(({ message }) => message)].join(
        '\n',
      ),
    count: (event) => counts.get(event) ?? 0,
    kill: (signal) => child.kill(signal),
    ended,
    text: async () => ({ status: await ended, out, err: complaints }),
    until: async (isSo, seconds = 120) => {
      const end = performance.now() + seconds * 1000;
      while (!isSo() && !isOver && performance.now() < end) await pause(20);
      return isSo();
    },
  };
};
