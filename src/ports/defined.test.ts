import { expect, it } from 'vitest';
import { definedOnly } from './defined.js';

it('leaves out what is undefined, and nothing else', () => {
  const all = definedOnly({ a: 0, b: undefined, c: null, d: '', e: false });
  expect(Object.entries(all)).toEqual([
    ['a', 0],
    ['c', null],
    ['d', ''],
    ['e', false],
  ]);
});
