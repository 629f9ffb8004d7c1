import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createStage, frames, type MarbleCases, playCase } from '../testing/marbles.js';
import { collect, countingSource } from '../testing/probes.js';
import { until } from './until.js';

describe('until', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: 'a-|', run: '^-!' },
    many: { source: 'aBcd|', expected: 'aBcd|', run: '^---!' },
    error: { source: 'ab#', expected: 'ab#', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '-!', expected: 'ab', run: '^!' },
  };
  it.each(Object.entries(cases))('of a signal that keeps still: %s', async (_name, row) => {
    const { signal } = new AbortController();
    const { actual, expected } = await playCase(() => until(signal), row);
    expect(actual).toEqual(expected);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends the flow when the signal aborts', async () => {
    const stage = createStage();
    const source = stage.source('ab----|');
    const cancellation = new AbortController();
    void stage.sleep(3).then(() => cancellation.abort());
    expect(await stage.play(until(cancellation.signal)(source.flow))).toEqual(frames('ab-|'));
    expect(source.runs()).toEqual(['^--!']);
  });

  it('does not start what is cancelled already', async () => {
    const source = countingSource(3, (n) => n);
    expect(await collect(until(AbortSignal.abort())(source.flow))).toEqual([]);
    expect(source.opened()).toBe(0);
  });
});
