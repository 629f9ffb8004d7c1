import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parse } from '../../pipelines/compile.js';
import { parametersSchema, textsOf, valuesOf } from './parameters.js';

const text = `
version: 1
params:
  photos: { type: path, default: photos }
  strength: { type: number, default: 1, min: 0, max: 1, about: How strong }
  size: { type: integer, min: 1 }
  grey: { type: boolean, default: false }
  kind: { type: choice, options: [a, b], default: a }
  words: { type: text, default: x }
steps: [{ files: $photos }, decode, encode]
`;

const declared = (() => {
  const parsed = parse('p.yaml', text);
  if (E.isLeft(parsed)) throw new Error(JSON.stringify(parsed.left));
  return parsed.right.pipelines[0]!.params;
})();

const codeOf = (given: Parameters<typeof textsOf>[1]): unknown => {
  const read = textsOf(declared, given);
  return E.isLeft(read) ? read.left[0].code : read.right;
};

describe('parameters of requests', () => {
  it('have a JSON Schema, without paths', () => {
    expect(parametersSchema(declared)).toEqual({
      type: 'object',
      properties: {
        strength: { type: 'number', minimum: 0, maximum: 1, default: 1, description: 'How strong' },
        size: { type: 'integer', minimum: 1 },
        grey: { type: 'boolean', default: false },
        kind: { type: 'string', enum: ['a', 'b'], default: 'a' },
        words: { type: 'string', maxLength: 1000, default: 'x' },
      },
      required: ['size'],
      additionalProperties: false,
    });
  });

  it('are of the kind that is declared, and no others', () => {
    expect(codeOf({ strength: 0.5, size: 3, grey: true, kind: 'b', words: '1' })).toEqual({
      strength: '0.5',
      size: '3',
      grey: 'true',
      kind: 'b',
      words: '1',
    });
    for (const [name, value] of [
      ['strength', '0.5'],
      ['strength', null],
      ['strength', { a: 1 }],
      ['size', [1]],
      ['grey', 'true'],
      ['kind', 1],
      ['words', 7],
      ['words', 'x'.repeat(1001)],
    ] as const)
      expect([name, codeOf({ [name]: value })]).toEqual([name, 'value/type']);
    for (const name of ['photos', 'nothing', '__proto__x', 'constructor'])
      expect([name, codeOf({ [name]: 'x' })]).toEqual([name, 'param/unknown']);
  });

  it('are read from addresses by what they are declared as', () => {
    expect(valuesOf(declared, { strength: '0.7', size: '3', grey: 'false', kind: 'a', words: '5' })).toEqual({
      strength: 0.7,
      size: 3,
      grey: false,
      kind: 'a',
      words: '5',
    });
    expect(valuesOf(declared, { strength: 'much', size: '', grey: 'no', other: '1' })).toEqual({
      strength: 'much',
      size: '',
      grey: 'no',
      other: '1',
    });
  });
});
