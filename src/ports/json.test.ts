import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { isTooDeep, parseJson } from './json.js';

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('JSON from anybody', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseJson(json)).toEqual(E.right(JSON.parse(json)));
      }),
    );
  });

  it('is refused where it has more levels than allowed, closed or not, before it is read', () => {
    expect(E.isRight(parseJson(nested(128)))).toBe(true);
    expect(parseJson(nested(129))).toEqual(E.left('it has more than 128 levels'));
    expect(parseJson('{"a":'.repeat(5_000_000))).toEqual(E.left('it has more than 128 levels'));
    expect(parseJson('[{}]', 1)).toEqual(E.left('it has more than 1 levels'));
  });

  it('may have any brackets in its texts', () => {
    for (const text of ['['.repeat(1000), `\\"${'{'.repeat(1000)}`, '\\'.repeat(999), `"${'['.repeat(999)}`])
      expect(parseJson(JSON.stringify([text]))).toEqual(E.right([text]));
  });

  it('counts levels alike whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', '}', ']', 'a') }), (text) => {
        expect(isTooDeep(JSON.stringify({ [text]: [text] }), 2)).toBe(false);
      }),
    );
  });

  it('that is none is said to be none', () => {
    expect(parseJson('{')).toEqual(E.left('it is no JSON'));
    expect(parseJson('"[')).toEqual(E.left('it is no JSON'));
  });
});
