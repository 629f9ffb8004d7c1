import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../ports/index.js';
import { changesBetween, changesInWords } from './changes.js';

const training = {
  steps: [
    { batch: 4 },
    { 'gan.step': { optimizer: { adamw: { rate: 0.001 } }, schedule: { restarts: { first: 900 } } } },
    { snapshot: { to: '.', checkpoint: 100 } },
  ],
};

const edited = (edit: (text: string) => string): Json => JSON.parse(edit(JSON.stringify(training)));

describe('changes of a pipeline', () => {
  it('are none between equal ones, whatever they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(changesBetween(value as Json, JSON.parse(JSON.stringify(value)))).toEqual([]);
      }),
    );
  });

  it.each([
    [
      'a rate',
      'steps[1].gan.step.optimizer.adamw.rate` was 0.001 and is 0.01',
      '0.001',
      '0.01',
      'the new rates count',
    ],
    ['a schedule', 'restarts.first` was 900 and is 60', '900', '60', 'ends when it says'],
    ['a batch', '`steps[0].batch` was 4 and is 8', '4', '8', 'prepared otherwise'],
    ['a checkpoint', 'checkpoint` was 100 and is 5', '100', '5', 'nothing that is learned'],
  ])('of %s are named, with what they mean', (_, place, from, to, meaning) => {
    const words = changesInWords(
      changesBetween(
        training,
        edited((text) => text.replace(from, to)),
      ),
    );
    expect(words).toContain(place);
    expect(words).toContain(meaning);
  });

  it('are told of what was not there, and of many only the first', () => {
    expect(changesBetween({ a: 1 }, { a: 1, b: [2] })).toEqual([{ at: 'b', before: undefined, after: [2] }]);
    expect(changesBetween([1, 2], [1])).toEqual([{ at: '', before: [1, 2], after: [1] }]);
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, i]));
    expect(changesInWords(changesBetween({}, many))).toContain('; 3 more: ');
  });
});
