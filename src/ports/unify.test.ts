import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import {
  batch,
  encoded,
  file,
  frame,
  measure,
  oneOf,
  type Port,
  pair,
  saved,
  showPort,
  unpaired,
  variable,
} from './port.js';
import { samePort, substitute, unify } from './unify.js';

/** Ports without variables. */
const ground: fc.Arbitrary<Port> = fc.letrec<{ port: Port }>((tie) => ({
  port: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Port>(file, frame, encoded, saved, measure),
    fc.tuple(tie('port'), tie('port')).map(([from, to]): Port => ({ kind: 'pair', from, to })),
    fc.tuple(tie('port'), tie('port')).map(([a, b]): Port => ({ kind: 'unpaired', a, b })),
    tie('port').map((of): Port => ({ kind: 'batch', of })),
  ),
})).port;

const names = ['x', 'y'] as const;

/** A port with variables, and the port that it becomes when they stand for the given ones. */
const pattern = (bound: Readonly<Record<string, Port>>): fc.Arbitrary<Port> =>
  fc.letrec<{ port: Port }>((tie) => ({
    port: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Port>(file, frame),
      fc.constantFrom(...Object.keys(bound)).map((name): Port => variable(name)),
      fc.tuple(tie('port'), tie('port')).map(([from, to]): Port => ({ kind: 'pair', from, to })),
      tie('port').map((of): Port => ({ kind: 'batch', of })),
    ),
  })).port;

const scene = fc
  .record({ x: ground, y: ground })
  .chain((bound) => fc.record({ bound: fc.constant(bound), expected: pattern(bound) }));

describe('unify', () => {
  it('finds what variables stand for, if there is anything', () => {
    fc.assert(
      fc.property(scene, ({ bound, expected }) => {
        const actual = O.toUndefined(substitute(expected, bound));
        if (actual === undefined) throw new Error('a variable is not bound');
        const bindings = unify(expected, actual);
        if (E.isLeft(bindings)) throw new Error(`${showPort(expected)} does not fit ${showPort(actual)}`);
        expect(substitute(expected, bindings.right)).toEqual(O.some(actual));
        for (const name of names)
          if (bindings.right[name] !== undefined) expect(bindings.right[name]).toEqual(bound[name]);
      }),
    );
  });

  it('fits ports without variables to themselves alone', () => {
    fc.assert(
      fc.property(ground, ground, (a, b) => {
        expect(E.isRight(unify(a, b))).toBe(samePort(a, b));
        expect(samePort(a, b)).toBe(showPort(a) === showPort(b));
        expect(unify(a, a)).toEqual(E.right({}));
      }),
    );
  });

  it('names the innermost ports that differ', () => {
    expect(unify(batch(pair(frame, variable('x'))), batch(pair(file, frame)))).toEqual(
      E.left({ expected: frame, actual: file }),
    );
  });

  it('takes either of two ports, the first that fits', () => {
    const either = batch(oneOf(pair(variable('x'), frame), file));
    expect(unify(either, batch(file))).toEqual(E.right({}));
    expect(unify(either, batch(pair(frame, frame)))).toEqual(E.right({ x: frame }));
    expect(unify(either, batch(frame))).toEqual(
      E.left({ expected: oneOf(pair(variable('x'), frame), file), actual: frame }),
    );
  });

  it('fits what nothing is known of to everything', () => {
    const unknown = variable('unknown');
    fc.assert(
      fc.property(scene, ({ bound, expected }) => {
        expect(unify(expected, unknown)._tag).toBe('Right');
        expect(unify(expected, unknown, bound)._tag).toBe('Right');
      }),
    );
    expect(unify(pair(variable('x'), variable('x')), pair(unknown, frame))).toEqual(E.right({ x: frame }));
    expect(unify(pair(variable('x'), variable('x')), pair(frame, unknown))).toEqual(E.right({ x: frame }));
    expect(unify(pair(frame, file), pair(unknown, frame))._tag).toBe('Left');
  });

  it('keeps a variable to one port', () => {
    const same = pair(variable('x'), variable('x'));
    expect(unify(same, pair(frame, frame))).toEqual(E.right({ x: frame }));
    expect(unify(same, pair(frame, file))).toEqual(E.left({ expected: frame, actual: file }));
    expect(unify(unpaired(variable('x'), variable('x')), unpaired(file, frame))).toEqual(
      E.left({ expected: file, actual: frame }),
    );
  });
});
