import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { validatorCompiler } from './validation.js';

const schema = Type.Object(
  {
    edits: Type.Array(Type.Object({ pipeline: Type.String() }, { additionalProperties: false }), {
      minItems: 1,
    }),
    name: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** What is told of a body that is not as the schema has it. */
const complaint = (body: unknown): unknown => {
  const check = validatorCompiler({ schema, httpPart: 'body', method: 'POST', url: '/' });
  const result: unknown = check(body);
  return typeof result === 'object' && result !== null && 'error' in result && result.error instanceof Error
    ? result.error.message
    : undefined;
};

describe('a request that is not as its schema has it', () => {
  it.each([
    [{ edits: [{ pipeline: 'dehaze' }] }, undefined],
    [{}, '`edits` is missing'],
    [{ edits: [{}] }, '`edits[0].pipeline` is missing'],
    [{ edits: [{ pipeline: 'a', strenth: 1 }] }, 'there is no field `edits[0].strenth`, only `pipeline`'],
    [{ pipeline: 'dehaze' }, '`edits` is missing; there is no field `pipeline`, only `edits`, `name`'],
    [[], 'the body must be object'],
    [{ edits: [{ pipeline: 'a' }], name: 4 }, '`name` must be string'],
    [{ edits: [] }, '`edits` must not have fewer than 1 items'],
  ])('%j is told in words', (body, words) => {
    expect(complaint(body)).toBe(words);
  });
});
