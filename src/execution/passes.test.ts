import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import type { Outcome } from '../ports/index.js';
import { fromAsyncIterable, fromIterable } from '../streams/index.js';
import { collect } from '../streams/testing/probes.js';
import { endingInVain, toldOnce } from './passes.js';

const good = (path: string, epoch: number, index = 0): Outcome<unknown> =>
  E.right({ key: { path, index, epoch }, value: path });
const bad = (
  path: string,
  epoch: number,
  operator = 'decode',
  code = 'image/corrupt' as const,
): Outcome<unknown> =>
  E.left({ key: { path, index: 0, epoch }, operator, diagnostics: [failure(code, `${path} is bad.`)] });

/** What comes out, and what the flow ends with. */
const through = async (
  outcomes: Iterable<Outcome<unknown>>,
  ...given: Parameters<typeof endingInVain>
): Promise<{ readonly count: number; readonly why: string }> => {
  let count = 0;
  try {
    for await (const _ of endingInVain(...given)(fromIterable(outcomes))) count++;
    return { count, why: 'end' };
  } catch (thrown) {
    return { count, why: thrown instanceof DiagnosticError ? thrown.message : String(thrown) };
  }
};

describe('a pass over the source', () => {
  it('that gives nothing ends the run, and names the first of them', async () => {
    const forever = function* () {
      for (let epoch = 0; ; epoch++) for (const path of ['a', 'b', 'c', 'd']) yield bad(path, epoch);
    };
    const { count, why } = await through(forever());
    expect(count).toBe(4);
    expect(why).toBe(
      'training/nothing-to-learn-from: There is nothing to learn from: a, b, c and 1 more failed at `decode`, and none came through. The first one: a is bad.',
    );
  });

  it('in which one thing came through does not', async () => {
    const passes = [0, 1, 2].flatMap((epoch) => [bad('a', epoch), good('b', epoch)]);
    expect(await through(passes)).toEqual({ count: 6, why: 'end' });
  });

  it('that was taken up in its midst counts from the next one on', async () => {
    const rest = [bad('c', 7), good('a', 8), bad('b', 8), bad('c', 8)];
    expect(await through(rest)).toEqual({ count: 4, why: 'end' });
    expect((await through([bad('c', 7), bad('a', 8), bad('c', 8), bad('a', 9)])).count).toBe(3);
  });

  it('of which others have failed says nothing about a stage, but one failure after the other does', async () => {
    const own = (failed: { readonly operator: string }) => failed.operator === 'gan.step';
    const above = [0, 1, 2].map((epoch) => bad('a', epoch));
    expect(await through(above, own, 3)).toEqual({ count: 3, why: 'end' });
    const steps = Array.from({ length: 9 }, (_, i) => bad(`${i}`, 0, 'gan.step'));
    expect((await through(steps, own, 3)).count).toBe(3);
    const some = [...steps.slice(0, 2), good('x', 0), ...steps.slice(0, 2)];
    expect(await through(some, own, 3)).toEqual({ count: 5, why: 'end' });
  });
});

describe('a failure', () => {
  it('is told once, unless another operator or another reason is new', async () => {
    const all = [
      bad('a', 0),
      bad('a', 0),
      good('b', 0),
      bad('a', 1),
      bad('a', 1, 'crop'),
      bad('a', 2),
      bad('c', 2),
      good('b', 2),
    ];
    const source = async function* () {
      yield* all;
    };
    expect(await collect(toldOnce(fromAsyncIterable(source)))).toEqual([0, 1, 2, 4, 6, 7].map((i) => all[i]));
  });
});
