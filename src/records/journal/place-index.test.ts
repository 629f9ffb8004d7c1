import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlaces, type Place } from './place-index.js';

const names = fc.integer({ min: 0, max: 300 }).map((i) => `photo ${i}.jpg`);
const places = fc.record({ at: fc.nat(2 ** 40), length: fc.integer({ min: 1, max: 2 ** 31 }) });

describe('places', () => {
  it('know what a map knows, whatever is put in and taken out', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.option(places)), { maxLength: 800 }), (steps) => {
        const found = createPlaces();
        const expected = new Map<string, Place>();
        for (const [name, place] of steps) {
          if (place === null) {
            found.delete(name);
            expected.delete(name);
          } else {
            found.set(name, place);
            expected.set(name, place);
          }
        }
        for (let i = 0; i <= 301; i++)
          expect(found.get(`photo ${i}.jpg`)).toEqual(expected.get(`photo ${i}.jpg`));
      }),
    );
  });

  it('find what is left when nearly all was taken out', () => {
    const found = createPlaces();
    for (let i = 0; i < 20_000; i++) {
      found.set(`${i}`, { at: i, length: 1 });
      if (i >= 10) found.delete(`${i - 10}`);
    }
    expect(
      Array.from({ length: 20_000 }, (_, i) => i).filter((i) => found.get(`${i}`) !== undefined),
    ).toEqual(Array.from({ length: 10 }, (_, i) => 19_990 + i));
  });
});
