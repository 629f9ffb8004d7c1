import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether tests can start a Redis: on CI one that is missing is an error, elsewhere a skip. */
export const hasRedis = (): boolean => {
  const isThere = spawnSync('redis-server', ['--version']).status === 0;
  if (!isThere && process.env.CI === 'true')
    throw new Error('redis-server is missing: .ci/run installs it, and the queue is not tested without.');
  return isThere;
};

/** A Redis of a test's own, in a folder of its own. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it at once, as a machine that goes down does. */
  readonly kill: () => Promise<void>;
  /** Starts it again at the same port; it knows nothing any more. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Starts a Redis without persistence. @param args more of its settings */
export const startRedis = async (...args: readonly string[]): Promise<TestRedis> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        folder,
        ...args,
      ],
      { stdio: 'ignore' },
    );
    for (let tries = 0; tries < 100; tries++) {
      if (await answers(port)) return;
      await pause(50);
    }
    child.kill('SIGKILL');
    throw new Error('redis-server does not start.');
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    restart: start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Whether something listens at a port: one that wants a password answers nothing else before it has it. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
