import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { builtIn } from '../../ops/index.js';
import { arbitraryParams } from '../../testing/arbitraries/params.js';
import { type AnyParamType, describePresence, jsonSchema, type ParamError, paramErrors } from './index.js';

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });

const faults = ({ codec }: AnyParamType, written: unknown): readonly ParamError[] => {
  const read = codec.decode(written);
  return E.isLeft(read) ? paramErrors(read.left) : [];
};

/** Every place in what is written, as the keys that lead there. */
const placesOf = (value: unknown): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [
        [key],
        ...placesOf(inner).map((keys) => [key, ...keys]),
      ])
    : [];

/** What is written with another value at a place; nothing in its place where that is undefined. */
const replaced = (written: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => {
  if (key === undefined) return value;
  if (Array.isArray(written))
    return written.map((each, i) => (String(i) === key ? replaced(each, rest, value) : each));
  const { [key]: old, ...others } = written as Readonly<Record<string, unknown>>;
  const inner = replaced(old, rest, value);
  return inner === undefined ? others : { ...others, [key]: inner };
};

const strange = fc.constantFrom<unknown>(undefined, -1e9, 0, 0.5, 1e9, true, 'no such thing', [], [1, 2, 3], {
  stranger: 1,
});

/** Parameters with one place that is something else, often nothing that can stand there. */
const edited = (type: Parameters<typeof arbitraryParams>[0]): fc.Arbitrary<unknown> =>
  fc
    .tuple(arbitraryParams(type), fc.nat(), strange)
    .map(([written, nth, value]) => {
      const places = [...placesOf(written), ['stranger']];
      return replaced(written, places[nth % places.length]!, value);
    })
    // A list gets no holes, since YAML has none.
    .filter((written) => !JSON.stringify(written).includes('null'));

/** Faults that the schema can see, where no other kind could be meant. Reversed intervals are in order one by one. */
const isPlain = ({ code, message }: ParamError): boolean =>
  ['value/missing', 'value/unknown-key', 'value/range', 'value/choice'].includes(code) &&
  !message.startsWith('goes from');

describe.each([...builtIn])('the JSON Schema of the parameters of %s', (_, { params }) => {
  const accepts = ajv.compile(jsonSchema(params.shape));

  it('accepts what the operator takes', () => {
    fc.assert(
      fc.property(arbitraryParams(params), (written) => {
        expect([accepts(written), accepts.errors]).toEqual([true, null]);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses only what the operator refuses, and what is plainly wrong', () => {
    fc.assert(
      fc.property(edited(params), (written) => {
        const wrong = faults(params, written);
        if (!accepts(written)) expect(wrong).not.toEqual([]);
        if (wrong.some(isPlain)) expect(accepts(written)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('tells what parameters are when nobody gives them', () => {
    for (const [name, { presence, fallback }] of Object.entries(params.shape.fields)) {
      const said = describePresence(params.shape.fields[name]!);
      if (presence === 'required') expect(said).toBe('required');
      else expect(said).toBe(fallback === undefined ? '' : `default ${shown(fallback)}`);
    }
  });
});

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
};
