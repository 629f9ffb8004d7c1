import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../diagnostics/index.js';
import type { Item } from '../ports/index.js';
import { drain } from './drain.js';
import { fromIterable } from './from-iterable.js';
import { mapLanes } from './map-lanes.js';
import { notStarted, progress } from './progress.js';
import type { RunEvent } from './run.js';
import { outcomeOf } from './testing/marbles.js';
import { countingSource, numbered } from './testing/probes.js';

describe('drain', () => {
  it('sums up what came through and what was set aside', () =>
    fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-zA-Z]*$/), async (letters) => {
        const outcomes = Array.from(letters, outcomeOf);
        const seen: RunEvent[] = [];
        const summary = await drain(fromIterable(outcomes), {
          total: letters.length,
          observe: (event) => seen.push(event),
        })();
        const failed = outcomes.filter(E.isLeft).map(({ left }) => left);
        expect(summary).toEqual({
          done: outcomes.length - failed.length,
          failed,
          end: { kind: 'complete' },
        });
        const last = seen.reduce(progress, notStarted);
        expect([last.done, last.failed]).toEqual([summary.done, failed.length]);
      }),
    ));

  it('runs anew each time the task is run', async () => {
    const source = countingSource(3, numbered);
    const task = drain(source.flow);
    expect(source.opened()).toBe(0);
    expect([(await task()).done, (await task()).done]).toEqual([3, 3]);
  });

  it('gives what was done when its source fails', async () => {
    const broken = {
      *[Symbol.iterator]() {
        yield numbered(0);
        throw new Error('unplugged');
      },
    };
    expect(await drain(fromIterable(broken))()).toMatchObject({
      done: 1,
      end: { kind: 'stopped', diagnostics: [{ code: 'run/source-threw' }] },
    });
  });

  it('is cancelled by a signal, also while work hangs that ignores it', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, numbered);
    const cancellation = new AbortController();
    const hanging = mapLanes(
      ({ value }: Item<number>) =>
        value < 2 ? TE.right(value) : TE.fromTask(() => new Promise<number>(() => undefined)),
      { operator: 'hang', lanes: 2 },
    )(source.flow);
    setTimeout(() => cancellation.abort(), 10);
    expect(await drain(hanging, { signal: cancellation.signal })()).toEqual({
      done: 2,
      failed: [],
      end: { kind: 'cancelled' },
    });
    expect(source.closed()).toBe(1);
  });

  it('does not begin when it is cancelled already', async () => {
    const source = countingSource(3, numbered);
    expect(await drain(source.flow, { signal: AbortSignal.abort() })()).toMatchObject({
      done: 0,
      end: { kind: 'cancelled' },
    });
    expect(source.opened()).toBe(0);
  });

  it('stops at a fatal failure and keeps it in the list', async () => {
    const full = failure('run/operator-threw', 'The disk is full.');
    const saving = mapLanes(({ value }: Item<number>) => (value === 3 ? TE.left([full]) : TE.right(value)), {
      operator: 'save',
      lanes: 1,
    })(countingSource(Number.POSITIVE_INFINITY, numbered).flow);
    expect(await drain(saving, { isFatal: ({ diagnostics }) => diagnostics[0] === full })()).toEqual({
      done: 3,
      failed: [{ key: { path: '3', index: 3, epoch: 0 }, operator: 'save', diagnostics: [full] }],
      end: { kind: 'stopped', diagnostics: [full] },
    });
  });

  it('stops when its observer throws, and closes the source', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, numbered);
    const observe = (event: RunEvent): void => {
      if (event.kind === 'done' && event.key.index === 2) throw new Error('terminal gone');
    };
    expect(await drain(source.flow, { observe })()).toMatchObject({
      done: 3,
      end: { kind: 'stopped', diagnostics: [{ code: 'run/observer-threw', message: 'terminal gone' }] },
    });
    expect(source.closed()).toBe(1);
  });
});
