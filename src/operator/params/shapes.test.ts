import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';
import { definedOnly } from '../../ports/defined.js';
import {
  type AnyParamType,
  anyOf,
  anything,
  boolean,
  colour,
  defaulted,
  describePresence,
  escapeBraces,
  integer,
  interval,
  describe as inWords,
  jsonSchema,
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
  renderTemplate,
  required,
  show,
  size,
  streamName,
  tagged,
  template,
  text,
} from './index.js';

/** All that is told of what is wrong: where, what, what helps, and whether it is about the key. */
const faults = ({ codec }: AnyParamType, value: unknown) => {
  const read = codec.decode(value);
  return E.isRight(read)
    ? []
    : paramErrors(read.left).map((error) => ({
        place: pathOf(error).join('.'),
        told: `${error.code}: ${error.message}`,
        ...definedOnly({ hint: error.hint }),
        at: error.at,
      }));
};

const fault = (type: AnyParamType, value: unknown): string =>
  faults(type, value)
    .map(({ told, hint }) => (hint === undefined ? told : `${told} (${hint})`))
    .join('; ');

const read = ({ codec }: AnyParamType, value: unknown): unknown => {
  const result = codec.decode(value);
  return E.isRight(result) ? result.right : fault({ codec } as AnyParamType, value);
};

const written = ({ codec }: AnyParamType, value: unknown): unknown =>
  codec.encode(read({ codec } as AnyParamType, value));

describe('what is wrong is said in whole sentences', () => {
  it.each([
    [number(), 'x', 'value/type: must be a number, not "x"'],
    [number({ min: 0, max: 1 }), 2, 'value/range: must be a number between 0 and 1, not 2'],
    [number({ min: 0, max: 1 }), '2', 'value/type: must be a number between 0 and 1, not "2"'],
    [number({ max: 1 }), 2, 'value/range: must be a number of at most 1, not 2'],
    [number({ min: 3 }), 2, 'value/range: must be a number of at least 3, not 2'],
    [integer(), 1.5, 'value/type: must be a whole number, not 1.5'],
    [boolean, 1, 'value/type: must be true or false, not 1'],
    [text, 7, 'value/type: must be text, not 7'],
    [text, '', 'value/invalid: must not be empty'],
    [path(), '', 'value/invalid: must not be empty'],
    [path(), null, 'value/type: must be a path, not nothing'],
    [streamName, 1, 'value/type: must be the name of a stream, not 1'],
    [oneOf('keep', 'drop'), 'kepe', 'value/choice: cannot be "kepe" (Did you mean `keep`?)'],
    [oneOf(8, 16), 9, 'value/choice: cannot be 9 (Did you mean `8`?)'],
    [interval(), 'x', 'value/type: must be a number or a pair [from, to], not "x"'],
    [interval(), [1], 'value/type: must be a number or a pair [from, to], not [1]'],
    [interval(), [1, 'x'], 'value/type: must be a number or a pair [from, to], not [1,"x"]'],
    [interval(), ['x', 1], 'value/type: must be a number or a pair [from, to], not ["x",1]'],
    [
      interval({ min: 0, max: 1 }),
      [0, 2],
      'value/range: must be a number or a pair [from, to] between 0 and 1, not [0,2]',
    ],
    [
      interval({ min: 0, max: 1 }),
      [-1, 1],
      'value/range: must be a number or a pair [from, to] between 0 and 1, not [-1,1]',
    ],
    [interval(), [2, 1], 'value/range: goes from 2 down to 1 (Write [1, 2].)'],
    [size(), [1], 'value/type: must be a number of pixels or [width, height], not [1]'],
    [size(), [1, 0], 'value/range: must be a whole number of at least 1, not 0'],
    [
      colour,
      'pink',
      'value/type: must be a colour, not "pink" (Write "#rrggbb" (in quotes: YAML takes a bare # for a comment), black, grey or white.)',
    ],
    [listOf(text), [], 'value/invalid: has 0 entries'],
    [listOf(text, { max: 1 }), ['a', 'b'], 'value/invalid: has 2 entries'],
    [listOf(text, { min: 2 }), 'a', 'value/invalid: has 1 entries'],
    [anyOf(integer(), oneOf('auto')), 'x', 'value/type: must be a whole number, or auto, not "x"'],
    [record({}), 1, 'value/type: must be a mapping of parameters, not 1 (It has no parameters.)'],
    [
      record({ a: optional(text, 'A'), b: optional(text, 'B') }),
      [],
      'value/type: must be a mapping of parameters, not [] (Its parameters are a, b.)',
    ],
    [record({ a: required(text, 'What it is') }), {}, 'value/missing: is missing (What it is: text.)'],
    [record({ a: required(anything, 'What it is') }), {}, 'value/missing: is missing (What it is.)'],
    [template, '', 'value/type: must be a path such as "edited/{path}", not ""'],
    [template, 3, 'value/type: must be a path such as "edited/{path}", not 3'],
    [
      template,
      'a/../{path}',
      'value/invalid: climbs out of its folder with `..` (Name the folder by a parameter of type path (`to: "$output/{path}"`): that one may be anywhere.)',
    ],
    [template, 'a\\..', expect.stringMatching(/^value\/invalid: climbs out/)],
    [template, 'a/{nmae}', 'value/invalid: has {nmae} in it, which nothing fills in (Did you mean `name`?)'],
  ] as const)('%#: %j', (type, value, told) => {
    expect(fault(type as AnyParamType, value)).toEqual(told);
  });

  it('with what helps, and about a key where it is the key', () => {
    const type = record({ strength: optional(number(), 'How far'), trust: optional(number(), '') });
    expect(faults(type, { strenght: 1 })).toEqual([
      {
        place: 'strenght',
        told: 'value/unknown-key: is not known here',
        hint: 'Did you mean `strength`?',
        at: 'key',
      },
    ]);
    const net = tagged({ pyramid: record({}), resnet: record({}) });
    expect(faults(net, 'piramid')).toEqual([
      { place: '', told: 'value/choice: cannot be `piramid`', hint: 'Did you mean `pyramid`?', at: 'value' },
    ]);
    expect(faults(net, { piramid: {} })).toEqual([
      {
        place: 'piramid',
        told: 'value/choice: cannot be `piramid`',
        hint: 'Did you mean `pyramid`?',
        at: 'key',
      },
    ]);
    for (const value of [{}, [], 3, null, { pyramid: {}, resnet: {} }])
      expect(faults(net, value)).toEqual([
        {
          place: '',
          told: `value/type: must be one of pyramid, resnet, not ${show(value)}`,
          hint: 'Write the name alone, or a mapping with one entry: { pyramid: { … } }.',
          at: 'value',
        },
      ]);
  });

  it('also where a codec of io-ts does not say it itself', () => {
    const codec = t.type({ a: t.number });
    expect(faults({ codec } as unknown as AnyParamType, { a: 'x' })).toEqual([
      { place: 'a', told: 'value/type: must be number, not "x"', at: 'value' },
    ]);
    const own = new t.Type<number>(
      'mine',
      t.number.is,
      (value, context) => t.failure(value, context, 'is not mine'),
      t.identity,
    );
    expect(faults({ codec: own } as unknown as AnyParamType, 1)).toEqual([
      { place: '', told: 'value/type: is not mine', at: 'value' },
    ]);
  });

  it('of values as they would be written, shortened', () => {
    expect([undefined, null, 'a', 1.5, true, [1, 'b'], { a: 1 }].map(show)).toEqual([
      'nothing',
      'nothing',
      '"a"',
      '1.5',
      'true',
      '[1,"b"]',
      '{"a":1}',
    ]);
    expect(show('x'.repeat(38))).toBe(`"${'x'.repeat(38)}"`);
    expect(show('x'.repeat(39))).toBe(`"${'x'.repeat(38)}…`);
    expect([show(() => 1), show(10n), show(Symbol('a'))]).toEqual(['function', 'bigint', 'symbol']);
  });
});

describe('values are read, and written again as people write them', () => {
  it.each([
    [number({ min: 0, max: 1 }), 0, 0, 0],
    [number({ min: 0, max: 1 }), 1, 1, 1],
    [interval({ min: 0, max: 1 }), [0, 1], [0, 1], [0, 1]],
    [interval(), 2, [2, 2], 2],
    [interval(), [2, 2], [2, 2], 2],
    [size(), 3, { width: 3, height: 3 }, 3],
    [size(), [3, 4], { width: 3, height: 4 }, [3, 4]],
    [colour, '#f80', [1, 0x88 / 255, 0], '#ff8800'],
    [colour, '#0A0b0C', [10 / 255, 11 / 255, 12 / 255], '#0a0b0c'],
    [colour, '#000', [0, 0, 0], 'black'],
    [colour, 'grey', [0.5, 0.5, 0.5], 'grey'],
    [colour, '#ffffff', [1, 1, 1], 'white'],
    [listOf(text), 'a', ['a'], ['a']],
    [listOf(text, { min: 2 }), ['a', 'b'], ['a', 'b'], ['a', 'b']],
    [listOf(text, {}), [], [], []],
    [anyOf(colour, oneOf('edge')), 'edge', 'edge', 'edge'],
    [anyOf(colour, oneOf('edge')), '#010203', [1 / 255, 2 / 255, 3 / 255], '#010203'],
    [anyOf(integer(), size()), [1, 2], { width: 1, height: 2 }, [1, 2]],
    [oneOf(8, 'all', true), true, true, true],
    [anything, { a: [1] }, { a: [1] }, { a: [1] }],
    [record({ a: defaulted(integer(), 3, '') }), null, { a: 3 }, { a: 3 }],
    [record({ a: optional(integer(), '') }), undefined, { a: undefined }, {}],
    [record({ a: required(integer(), '') }, 'a'), 5, { a: 5 }, { a: 5 }],
    [record({ a: required(listOf(text), '') }, 'a'), ['x'], { a: ['x'] }, { a: ['x'] }],
    [
      tagged({ net: record({ a: defaulted(integer(), 3, '') }) }),
      'net',
      { kind: 'net', params: { a: 3 } },
      { net: { a: 3 } },
    ],
    [
      template,
      'a/{name}-{index}.{ext}',
      ['a/', { field: 'name' }, '-', { field: 'index' }, '.', { field: 'ext' }],
      'a/{name}-{index}.{ext}',
    ],
    [template, '{{x}}/{path}', ['{', 'x', '}', '/', { field: 'path' }], '{{x}}/{path}'],
  ] as const)('%#: %j', (type, value, decoded, again) => {
    expect(read(type as AnyParamType, value)).toEqual(decoded);
    expect(written(type as AnyParamType, value)).toEqual(again);
  });

  it('hold what a condition of their own asks', () => {
    const even = refine(integer(), (n) => (n % 2 === 0 ? undefined : `cannot be odd, as ${n} is`));
    expect(read(even, 4)).toBe(4);
    expect(fault(even, 3)).toBe('value/invalid: cannot be odd, as 3 is');
    expect(fault(even, 'x')).toBe('value/type: must be a whole number, not "x"');
    expect([even.codec.is(4), even.codec.is(3)]).toEqual([true, false]);
  });

  it('fill templates in', () => {
    const parts = template.codec.decode('{{a}}/{path}/{folder}/{name}/{sourceExt}/{ext}/{index}');
    const values = { path: 'x/y.jpg', folder: 'x', name: 'y', sourceExt: 'png', ext: 'jpg', index: '3' };
    expect(E.isRight(parts) && renderTemplate(parts.right, values)).toBe('{a}/x/y.jpg/x/y/png/jpg/3');
    expect(escapeBraces('a{b}c')).toBe('a{{b}}c');
  });
});

describe('shapes', () => {
  it.each([
    [number(), 'number'],
    [number({ min: 0, max: 1 }), 'number 0..1'],
    [integer({ min: 1 }), 'whole number ≥ 1'],
    [integer({ max: 9 }), 'whole number ≤ 9'],
    [boolean, 'true or false'],
    [text, 'text'],
    [anything, 'anything'],
    [path(), 'path'],
    [template, 'path with {places}'],
    [streamName, 'name of a stream'],
    [colour, 'colour'],
    [oneOf('a', 8, true), 'a | 8 | true'],
    [interval({ min: 0.5, max: 2 }), 'number or [from, to] 0.5..2'],
    [size(), 'pixels or [width, height]'],
    [size({ min: 2, max: 9 }), 'pixels or [width, height] 2..9'],
    [listOf(integer()), 'list of whole number'],
    [record({ a: optional(text, ''), b: optional(text, '') }), '{ a, b }'],
    [tagged({ a: record({}), b: record({}) }), 'a | b'],
    [anyOf(text, integer()), 'text, or whole number'],
  ] as const)('%#: are described: %j', ({ shape }, told) => {
    expect(inWords(shape)).toBe(told);
  });

  it('say what a field is when nobody gives it', () => {
    const { fields } = record({
      a: required(text, ''),
      b: optional(text, ''),
      c: defaulted(text, 'x y', ''),
      d: defaulted(listOf(integer()), [1, 2], ''),
    }).shape;
    expect(Object.values(fields).map(describePresence)).toEqual([
      'required',
      '',
      'default x y',
      'default [1,2]',
    ]);
  });

  it('keep what they are made of', () => {
    const type = record(
      { a: required(listOf(text, { min: 1, max: 3 }), 'A'), b: defaulted(text, 'x', 'B') },
      'a',
    );
    expect(type.shape).toEqual({
      kind: 'record',
      main: 'a',
      fields: {
        a: {
          shape: { kind: 'list', of: { kind: 'text' }, minLength: 1, maxLength: 3 },
          about: 'A',
          presence: 'required',
        },
        b: { shape: { kind: 'text' }, about: 'B', presence: 'defaulted', fallback: 'x' },
      },
    });
    expect(record({}).shape).toEqual({ kind: 'record', fields: {} });
    expect(listOf(text, {}).shape).toEqual({ kind: 'list', of: { kind: 'text' } });
    expect(listOf(text).codec.name).toBe('a list of text');
    expect([path().shape, path('weights').shape]).toEqual([
      { kind: 'path', role: 'input' },
      { kind: 'path', role: 'weights' },
    ]);
  });
});

describe('the JSON Schema of a shape', () => {
  const reference = { type: 'string', pattern: '^\\$[A-Za-z_][A-Za-z0-9_-]*$' };
  const orReference = (schema: object) => ({ anyOf: [schema, reference] });
  const whole = orReference({ type: 'integer', minimum: 1 });

  it.each([
    [anything, {}],
    [boolean, orReference({ type: 'boolean' })],
    [text, { type: 'string', minLength: 1 }],
    [template, { type: 'string', minLength: 1 }],
    [oneOf('a', 8), orReference({ enum: ['a', 8] })],
    [number({ min: 0, max: 1 }), orReference({ type: 'number', minimum: 0, maximum: 1 })],
    [integer({ min: 1 }), whole],
    [size(), { anyOf: [whole, { type: 'array', items: whole, minItems: 2, maxItems: 2 }] }],
    [
      interval({ max: 2 }),
      {
        anyOf: [
          orReference({ type: 'number', maximum: 2 }),
          { type: 'array', items: orReference({ type: 'number', maximum: 2 }), minItems: 2, maxItems: 2 },
        ],
      },
    ],
    [
      listOf(integer({ min: 1 }), { min: 1, max: 3 }),
      { anyOf: [whole, { type: 'array', items: whole, minItems: 1, maxItems: 3 }] },
    ],
    [listOf(integer({ min: 1 }), {}), { anyOf: [whole, { type: 'array', items: whole }] }],
    [anyOf(text, integer({ min: 1 })), { anyOf: [{ type: 'string', minLength: 1 }, whole] }],
  ] as const)('%#', ({ shape }, schema) => {
    expect(jsonSchema(shape)).toEqual(schema);
  });

  const mapping = (properties: object, required: readonly string[] = []) => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });
  const string = { type: 'string', minLength: 1 };
  const a = { description: 'A', ...string };
  const b = { description: 'B', ...string, default: 'x' };

  it('takes nothing at all where nothing is required, and a lone value for the main field', () => {
    const fields = { a: required(text, 'A'), b: defaulted(text, 'x', 'B') };
    expect(jsonSchema(record(fields).shape)).toEqual(mapping({ a, b }, ['a']));
    expect(jsonSchema(record(fields, 'a').shape)).toEqual({ anyOf: [mapping({ a, b }, ['a']), string] });
    // A lone value for another field leaves out what is required.
    expect(jsonSchema(record(fields, 'b').shape)).toEqual(mapping({ a, b }, ['a']));
    expect(jsonSchema(record({ b: fields.b }).shape)).toEqual({ anyOf: [mapping({ b }), { type: 'null' }] });
    expect(jsonSchema(record({ b: fields.b }, 'b').shape)).toEqual({
      anyOf: [mapping({ b }), { type: 'null' }, string],
    });
  });

  it('takes the bare name of a kind that requires nothing', () => {
    const bare = record({ b: defaulted(text, 'x', 'B') });
    const full = record({ a: required(text, 'A') });
    const one = (name: string, schema: unknown) => mapping({ [name]: schema }, [name]);
    const fullSchema = mapping({ a }, ['a']);
    expect(jsonSchema(tagged({ bare, full }).shape)).toEqual({
      anyOf: [
        { enum: ['bare'] },
        one('bare', { anyOf: [mapping({ b }), { type: 'null' }] }),
        one('full', fullSchema),
      ],
    });
    expect(jsonSchema(tagged({ full }).shape)).toEqual({ anyOf: [one('full', fullSchema)] });
  });
});

describe('paths', () => {
  it('are found where a shape says that they are, and nowhere else', () => {
    const found = (type: AnyParamType, value: unknown) =>
      pathsOf(type.shape, value).map(({ keys, role, path: at }) => `${keys.join('.')} ${role} ${at}`);
    expect(found(path('weights'), '/w')).toEqual([' weights /w']);
    expect(found(path(), 3)).toEqual([]);
    expect(found(template, '/o')).toEqual([' output /o']);
    expect(found(template, 3)).toEqual([]);
    expect(found(text, '/t')).toEqual([]);
    expect(found(listOf(path()), '/a')).toEqual([' input /a']);
    const type = record({ in: required(path(), '') });
    expect([null, undefined, 'x', { other: '/a' }].flatMap((value) => found(type, value))).toEqual([]);
    const net = tagged({ file: record({ at: required(path(), '') }) });
    expect([null, 'file', { none: { at: '/a' } }].flatMap((value) => found(net, value))).toEqual([]);
    const either = anyOf(path(), template, oneOf('source'));
    expect([found(either, 'source'), found(either, '/a')]).toEqual([[], [' input /a']]);
  });
});
