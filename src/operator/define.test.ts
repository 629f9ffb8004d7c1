import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { registryOf } from '../ops/registry.js';
import { frame, none, pair as pairPort, variable } from '../ports/index.js';
import { fromIterable } from '../streams/index.js';
import { defineJoin, defineOp } from './define.js';
import { defaulted, integer, record } from './params/index.js';
import type { Stream } from './step.js';

const skip = defineOp({
  name: 'skip.some',
  about: 'Leave out the first',
  params: { count: defaulted(integer({ min: 0 }), 1, 'How many') },
  main: 'count',
  complaint: ({ count }) => (count === 13 ? 'is unlucky' : undefined),
  input: variable('x'),
  output: variable('x'),
  flow: () => (items) => items,
});

const stream = (name: string): Stream<typeof frame> => ({
  kind: 'stream',
  name,
  steps: [],
  input: none,
  output: frame,
});

describe('defineOp', () => {
  it('makes steps that keep what is written', () => {
    expect(skip()).toMatchObject({ kind: 'step', params: undefined, streams: {}, operator: skip.operator });
    expect(skip(3).params).toBe(3);
    expect(skip({ count: 3 }).params).toEqual({ count: 3 });
  });

  it('reads parameters by its codec, and holds them to its complaint', () => {
    const { codec } = skip.operator.params;
    expect(codec.decode(undefined)).toMatchObject({ right: { count: 1 } });
    expect(codec.decode(4)).toMatchObject({ right: { count: 4 } });
    expect(codec.decode(13)).toMatchObject({ left: [{ message: 'is unlucky' }] });
    expect(record({}).codec.decode({ x: 1 })).toMatchObject({ left: [{ code: 'value/unknown-key' }] });
  });

  it('refuses names that cannot stand in YAML, and anything but one behaviour', () => {
    const base = { about: '', params: {}, input: frame, output: frame };
    const map = () => () => TE.of({} as never);
    expect(() => defineOp({ ...base, name: 'Two Words', map })).toThrow('cannot be called "Two Words"');
    expect(() => defineOp({ ...base, name: 'nothing' } as never)).toThrow('it has none');
    const both = { ...base, name: 'both', map, flow: () => (items: never) => items };
    expect(() => defineOp(both)).toThrow('it has map and flow');
  });
});

describe('a name', () => {
  const named = (name: string) => () =>
    defineOp({ name, about: '', params: {}, input: frame, output: frame, flow: () => (items) => items });

  it.each(['a', 'ab', 'a1', 'a-b', 'a.b', 'a-1.b2.c-', 'dehaze.dark-channel'])('can be %s', (name) => {
    expect(named(name)().operator.name).toBe(name);
  });

  it.each([
    '',
    '1a',
    '-a',
    'A',
    'aB',
    'a b',
    'a_b',
    '.a',
    'a.',
    'a..b',
    'a.1',
    'a.-b',
    'a.B',
    'a.bC',
    ' a',
    'a ',
  ])('cannot be %j', (name) => {
    expect(named(name)).toThrow(
      new TypeError(`An operator cannot be called "${name}": lower case, digits, hyphens and dots.`),
    );
  });
});

describe('defineJoin', () => {
  const join = defineJoin({
    name: 'side-by-side',
    about: 'Put two streams side by side',
    params: { ahead: defaulted(integer(), 1, 'How far') },
    streams: { from: variable('a'), to: variable('b') },
    output: pairPort(variable('a'), variable('b')),
    join: () => () => fromIterable([]),
  });

  it('names its streams among its parameters', () => {
    const step = join({ from: stream('hazy'), to: stream('clear'), ahead: 2 });
    expect(step.params).toEqual({ from: 'hazy', to: 'clear', ahead: 2 });
    expect(Object.keys(step.streams)).toEqual(['from', 'to']);
    expect(join.operator.params.codec.decode({ from: 'hazy' })).toMatchObject({
      left: [{ code: 'value/missing' }],
    });
  });
});

describe('registryOf', () => {
  it('finds operators by name', () => {
    expect([...registryOf(skip).keys()]).toEqual(['skip.some']);
  });
});
