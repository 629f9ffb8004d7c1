import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../api/types.js';
import { type Chain, type ChainAction, chainAfter, editsOf, emptyChain, keyOf, moved } from './chain.js';

const pipeline = (name: string, kind: Pipeline['kind']): Pipeline => ({
  name,
  kind,
  source: 'shipped',
  parameters: { properties: { strength: { type: 'number', default: 1, minimum: 0, maximum: 1 } } },
});
const dehaze = pipeline('dehaze', 'correction');
const sunset = pipeline('sunset', 'look');
const bluehour = pipeline('bluehour', 'look');
const looks = new Set(['sunset', 'bluehour']);

const chainOf = (...actions: readonly ChainAction[]): Chain => actions.reduce(chainAfter, emptyChain);
const toggle = (of: Pipeline, id = of.name, isAdded = false): ChainAction => ({
  kind: 'toggle',
  pipeline: of,
  id,
  looks,
  isAdded,
});
const names = ({ steps }: Chain): readonly string[] => steps.map(({ pipeline: name }) => name);

describe('toggling an edit', () => {
  it('takes it in with its defaults, and out again', () => {
    expect(editsOf(chainOf(toggle(dehaze)))).toEqual([{ pipeline: 'dehaze', parameters: { strength: 1 } }]);
    expect(names(chainOf(toggle(dehaze), toggle(dehaze)))).toEqual([]);
  });

  it('chains corrections, and puts a look in the place of another', () => {
    expect(names(chainOf(toggle(sunset), toggle(dehaze), toggle(bluehour)))).toEqual(['bluehour', 'dehaze']);
  });

  it('adds a second look when asked to', () => {
    expect(names(chainOf(toggle(sunset), toggle(bluehour, 'b', true)))).toEqual(['sunset', 'bluehour']);
  });
});

describe('edits that are switched off', () => {
  it('stay in the chain and are left out of requests', () => {
    const chain = chainOf(toggle(dehaze), { kind: 'switch', id: 'dehaze' });
    expect(names(chain)).toEqual(['dehaze']);
    expect(editsOf(chain)).toEqual([]);
  });
});

describe('undo', () => {
  it('takes a turn of one dial back at once', () => {
    const chain = chainOf(
      toggle(dehaze),
      ...[0.9, 0.8, 0.7].map(
        (value): ChainAction => ({ kind: 'set', id: 'dehaze', name: 'strength', value }),
      ),
      { kind: 'undo' },
    );
    expect(editsOf(chain)[0]?.parameters).toEqual({ strength: 1 });
  });

  const action: fc.Arbitrary<ChainAction> = fc.oneof(
    fc.constantFrom(dehaze, sunset, bluehour).map((each) => toggle(each)),
    fc.record({ kind: fc.constant('move' as const), id: fc.constantFrom('dehaze', 'sunset'), to: fc.nat(3) }),
    fc.record({ kind: fc.constant('switch' as const), id: fc.constantFrom('dehaze', 'sunset') }),
    fc.record({ kind: fc.constant('remove' as const), id: fc.constantFrom('dehaze', 'bluehour') }),
  );

  it('leads back to the start, and redo to the end, whatever was done', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const end = chainOf(...actions);
        const times = end.past.length;
        const start = Array.from({ length: times }).reduce<Chain>(
          (c) => chainAfter(c, { kind: 'undo' }),
          end,
        );
        expect(start.steps).toEqual([]);
        const again = Array.from({ length: times }).reduce<Chain>(
          (c) => chainAfter(c, { kind: 'redo' }),
          start,
        );
        expect(again.steps).toEqual(end.steps);
      }),
    );
  });
});

describe('moving', () => {
  it('keeps every item, and puts the one at its place', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (items, a, b) => {
        const [from, to] = [a % items.length, b % items.length];
        const result = moved(items, from, to);
        expect([...result].sort()).toEqual([...items].sort());
        expect(result[to]).toBe(items[from]);
      }),
    );
  });
});

describe('the key of edits', () => {
  it('does not depend on the order in which values were set', () => {
    expect(keyOf([{ pipeline: 'x', parameters: { a: 1, b: 2 } }])).toBe(
      keyOf([{ pipeline: 'x', parameters: { b: 2, a: 1 } }]),
    );
  });
});
