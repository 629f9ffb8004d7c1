import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Request } from './protocol.js';
import { WorkerHost } from './worker-host.js';

/** A worker that answers, ends, throws or stays silent, as the number of the session asks it to. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, request }) => {
      if (request.session === 1) process.exit(3);
      if (request.session === 2) throw new Error('a driver gave up');
      if (request.session === 3) return;
      if (request.session === 4) return parentPort.postMessage({ id, ok: false, message: 'no such operator' });
      parentPort.postMessage({ id, ok: true, results: {}, spent: [] });
    });
  `)}`,
);

const asking = (session: number): Request => ({ kind: 'release', session });

const codeOf = (result: E.Either<Diagnostics, unknown>): string | undefined =>
  E.isLeft(result) ? result.left[0].code : undefined;

const messageIn = (result: E.Either<Diagnostics, unknown>): string =>
  E.isLeft(result) ? result.left[0].message : '';

describe('WorkerHost', () => {
  it('answers, and keeps one worker for many requests', async () => {
    const host = new WorkerHost(script);
    expect(await host.request('a', asking(0))).toEqual(E.right({}));
    const { generation } = host;
    expect(await Promise.all([1, 2, 3, 4].map(() => host.request('a', asking(0))))).toHaveLength(4);
    expect(host.generation).toBe(generation);
    await host.dispose();
  });

  for (const [session, reason] of [
    [1, 'exit status 3'],
    [2, 'a driver gave up'],
  ] as const) {
    it(`settles all that is under way when the worker ends (${reason}), and starts another for the next`, async () => {
      const host = new WorkerHost(script);
      const results = await Promise.all([
        host.request('sharpen', asking(session)),
        host.request('dehaze', asking(0)),
        host.request('resize', asking(0)),
      ]);
      expect(results.map(codeOf)).toEqual(Array(3).fill('tensor/engine-lost'));
      expect(messageIn(results[0])).toContain('sharpen');
      expect(messageIn(results[0])).toContain(reason);
      expect(messageIn(results[2])).toContain('resize');
      expect(await host.request('dehaze', asking(0))).toEqual(E.right({}));
      await host.dispose();
    });
  }

  it('passes a refusal on with the operator’s name', async () => {
    const host = new WorkerHost(script);
    const result = await host.request('dehaze', asking(4));
    expect([codeOf(result), messageIn(result)]).toEqual(['tensor/run-failed', 'dehaze: no such operator']);
    await host.dispose();
  });

  it('cancels what waits and what runs', async () => {
    const host = new WorkerHost(script, 20);
    const control = new AbortController();
    const stuck = [3, 3, 0, 0].map((session) => host.request('dehaze', asking(session), control.signal));
    control.abort();
    expect((await Promise.all(stuck)).map(codeOf)).toEqual(Array(4).fill('tensor/cancelled'));
    expect(codeOf(await host.request('dehaze', asking(0), control.signal))).toBe('tensor/cancelled');
    await host.dispose();
  });

  it('settles what is pending when it is disposed of', async () => {
    const host = new WorkerHost(script, 20);
    const pending = host.request('dehaze', asking(3));
    await host.dispose();
    expect(codeOf(await pending)).toBe('tensor/engine-lost');
  });

  it('lets what runs come to its end before the worker ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-'));
    const mark = join(folder, 'done');
    const slow = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { writeFileSync } from 'node:fs';
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', ({ id }) => setTimeout(() => {
          writeFileSync(${JSON.stringify(mark)}, '');
          parentPort.postMessage({ id, ok: true, results: {}, spent: [] });
        }, 100));
      `)}`,
    );
    const host = new WorkerHost(slow);
    const pending = host.request('dehaze', asking(0));
    await host.dispose();
    expect(codeOf(await pending)).toBe('tensor/engine-lost');
    expect(existsSync(mark)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
