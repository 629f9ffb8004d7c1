import type { Task } from 'fp-ts/lib/Task.js';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../ports/index.js';
import { createStage, frames, type MarbleCases, playCase } from '../testing/marbles.js';
import { type Ending, lastly } from './lastly.js';

const noted =
  (log: string[] = []) =>
  (last: Item<string> | undefined, ending: Ending): Task<void> =>
  async () => {
    log.push(`${ending} after ${last?.value}`);
  };

describe('lastly', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: 'a-|', run: '^-!' },
    many: { source: 'abC|', expected: 'abC|', run: '^--!' },
    error: { source: 'ab#', expected: 'ab#', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '-!', expected: 'ab', run: '^!' },
    'callback throws': { source: 'x|', expected: 'x#', run: '^!' },
  };
  const throwing = (last: Item<string> | undefined): Task<void> => {
    if (last?.value === 'x') throw 'error';
    return noted()(last, 'complete');
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => lastly(throwing), row);
    expect(actual).toEqual(expected);
  });

  it.each([
    ['never', '-', '-!', 'closed after undefined'],
    ['empty', '|', '', 'complete after undefined'],
    ['many', 'abC|', '', 'complete after b'],
    ['error', 'ab#', '', 'failed after b'],
    ['unsubscribed early', 'abcd|', '-!', 'closed after b'],
  ])('runs its effect once: %s', async (_name, diagram, unsubscribe, expected) => {
    const log: string[] = [];
    const stage = createStage();
    await stage.play(lastly(noted(log))(stage.items(diagram).flow), unsubscribe);
    expect(log).toEqual([expected]);
  });

  it('makes the end and the close wait for its effect', async () => {
    const log: string[] = [];
    const stage = createStage();
    const slow = (): Task<void> => () => stage.sleep(3).then(() => void log.push('saved'));
    expect(await stage.play(lastly(slow)(stage.items('a|').flow))).toEqual(frames('a---|'));
    const run = lastly(slow)(stage.items('ab|').flow).open();
    await run.next();
    const closing = run.close().then(() => log.push('closed'));
    await stage.play(stage.items('-----|').flow);
    await closing;
    expect(log).toEqual(['saved', 'saved', 'closed']);
  });
});
