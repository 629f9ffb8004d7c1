import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import {
  type AnyParamType,
  anyOf,
  boolean,
  colour,
  defaulted,
  integer,
  interval,
  describe as inWords,
  listOf,
  number,
  oneOf,
  optional,
  paramErrors,
  path,
  pathOf,
  pathsOf,
  record,
  refine,
  required,
  size,
  tagged,
  template,
  text,
} from './index.js';

/** `value/range at a.0: must be …`, for every error. */
const faults = ({ codec }: AnyParamType, value: unknown): readonly string[] => {
  const read = codec.decode(value);
  return E.isRight(read)
    ? []
    : paramErrors(read.left as t.Errors).map(
        (error) => `${error.code} at ${pathOf(error).join('.')}: ${error.message}`,
      );
};

const decoded = ({ codec }: AnyParamType, value: unknown): unknown => {
  const read = codec.decode(value);
  if (E.isLeft(read)) throw new Error(`${JSON.stringify(value)} is refused`);
  return read.right;
};

const step = record(
  {
    size: required(size(), 'How large'),
    zoom: defaulted(interval({ min: 0.1, max: 10 }), 1, 'How close'),
    net: defaulted(
      tagged({
        pyramid: record({ levels: defaulted(integer({ min: 1 }), 3, 'Levels') }, 'levels'),
        resnet: record({ blocks: required(integer({ min: 1 }), 'Blocks') }),
      }),
      'pyramid',
      'Which network',
    ),
    fill: optional(anyOf(colour, oneOf('edge')), 'What is beyond the edge'),
    names: optional(listOf(text), 'Names'),
  },
  'size',
);

describe('parameters', () => {
  it('are read with their defaults, from a mapping or a lone value', () => {
    const expected = {
      size: { width: 256, height: 256 },
      zoom: [1, 1],
      net: { kind: 'pyramid', params: { levels: 3 } },
      fill: undefined,
      names: undefined,
    };
    expect(decoded(step, 256)).toEqual(expected);
    expect(decoded(step, { size: [256, 256] })).toEqual(expected);
    expect(decoded(step, { size: 256, net: { pyramid: { levels: 3 } }, zoom: null })).toEqual(expected);
    expect(decoded(step, { size: 1, net: { pyramid: 5 } })).toMatchObject({ net: { params: { levels: 5 } } });
    expect(decoded(step, { size: 1, names: 'a', fill: '#f00' })).toMatchObject({
      names: ['a'],
      fill: [1, 0, 0],
    });
    expect(decoded(step, { size: 1, fill: 'edge' })).toMatchObject({ fill: 'edge' });
  });

  it('have all their faults told at once, each at its place', () => {
    const wrong = { sise: 3, zoom: [2, 1], net: { pyramid: { levels: 0 } }, fill: 'pink', names: ['a', 7] };
    expect(faults(step, wrong)).toEqual([
      'value/unknown-key at sise: is not known here',
      'value/missing at size: is missing',
      'value/range at zoom: goes from 2 down to 1',
      'value/range at net.pyramid.levels: must be a whole number of at least 1, not 0',
      'value/type at fill: must be a colour such as "#c8d0ff", black, grey or white, or edge, not "pink"',
      'value/type at names.1: must be text, not 7',
    ]);
    expect(faults(step, 'big')).toEqual([
      'value/type at size: must be a whole number of at least 1, not "big"',
    ]);
    expect(faults(step, { size: 1, net: 'unet' })).toEqual(['value/choice at net: cannot be `unet`']);
    expect(faults(step, { size: 1, net: 'resnet' })).toEqual(['value/missing at net.blocks: is missing']);
    expect(faults(step, { size: 1, net: { pyramid: 1, resnet: 1 } })[0]).toMatch(
      /^value\/type at net: must be one of/,
    );
  });

  it('do not take what JavaScript has on every object', () => {
    expect(faults(step, { size: 1, toString: 1 })).toEqual([
      'value/unknown-key at toString: is not known here',
    ]);
    expect(faults(step, { size: 1, net: 'constructor' })).toEqual([
      'value/choice at net: cannot be `constructor`',
    ]);
  });

  it('are written so that they are read as the same', () => {
    const written = fc.record(
      {
        size: fc.oneof(
          fc.integer({ min: 1, max: 9 }),
          fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
        ),
        zoom: fc.oneof(fc.constant(2), fc.constant([0.5, 2])),
        net: fc.constantFrom<unknown>('pyramid', { pyramid: 4 }, { resnet: { blocks: 2 } }),
        fill: fc.constantFrom('edge', 'black', '#123456', '#abc'),
        names: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
      },
      { requiredKeys: ['size'] },
    );
    fc.assert(
      fc.property(written, (given) => {
        const once = decoded(step, given);
        const again = step.codec.encode(once as never);
        expect(decoded(step, again)).toEqual(once);
        expect(step.codec.encode(decoded(step, again) as never)).toEqual(again);
      }),
    );
  });

  it('survive any value', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect(Array.isArray(faults(step, value))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [number(), Number.NaN],
    [number(), Number.POSITIVE_INFINITY],
    [number(), '1'],
    [integer(), 1.5],
    [boolean, 'true'],
    [text, ''],
    [path(), 3],
    [interval(), [1, 2, 3]],
    [interval(), []],
    [size(), [1, 2, 3]],
    [size(), 0],
    [colour, '#12345'],
    [listOf(text), []],
    [listOf(text, { max: 1 }), ['a', 'b']],
    [template, 'out/../{path}'],
    [template, '{nmae}'],
    [refine(integer(), (n) => (n % 2 === 0 ? undefined : 'must be even')), 3],
  ])('%#: %j is refused', (type, value) => expect(faults(type, value)).toHaveLength(1));

  it('are described in words', () => {
    expect(inWords(size({ min: 1, max: 100 }).shape)).toBe('pixels or [width, height] 1..100');
    expect(Object.values(step.shape.fields).map(({ shape }) => inWords(shape))).toEqual([
      'pixels or [width, height]',
      'number or [from, to] 0.1..10',
      'pyramid | resnet',
      'colour, or edge',
      'list of text',
    ]);
  });
});

describe('pathsOf', () => {
  it('finds paths wherever they are', () => {
    const type = record({
      in: required(path('input'), ''),
      to: optional(template, ''),
      like: optional(anyOf(path('input'), oneOf('source')), ''),
      models: optional(listOf(path('weights')), ''),
      net: optional(tagged({ file: record({ path: required(path('weights'), '') }, 'path') }), ''),
    });
    const written = {
      in: '/a',
      to: '/out/{path}',
      like: 'source',
      models: ['/m', '/n'],
      net: { file: { path: '/w' } },
    };
    expect(
      pathsOf(type.shape, written).map(({ keys, role, path: found }) => `${keys.join('.')} ${role} ${found}`),
    ).toEqual([
      'in input /a',
      'to output /out/{path}',
      'models.0 weights /m',
      'models.1 weights /n',
      'net.file.path weights /w',
    ]);
  });
});
