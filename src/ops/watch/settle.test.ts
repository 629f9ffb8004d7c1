import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame, type Look, type Sighting, sighted, signatureOf, stepFor } from './settle.js';

const look: fc.Arbitrary<Look> = fc.record({
  size: fc.nat(1e9),
  modified: fc.integer({ min: 1e12, max: 2e12 }),
  changed: fc.integer({ min: 1e12, max: 2e12 }),
  inode: fc.nat(),
});

const waits = { settle: 250, patience: 5000 };

describe('a file', () => {
  it('is tried when it has kept still for long enough, by the clock of whoever looks', () => {
    fc.assert(
      fc.property(look, fc.nat(20_000), (seen, later) => {
        fc.pre(seen.size > 0);
        const now = 3e12;
        const first = sighted(undefined, seen, now, false);
        const again = sighted(first, { ...seen }, now + later, false);
        expect(again).toBe(first);
        expect(stepFor(again, now + later, waits)).toEqual(
          later < 250 ? { kind: 'wait', until: now + 250 } : { kind: 'try' },
        );
      }),
    );
  });

  it('is waited for anew when anything about it has changed', () => {
    fc.assert(
      fc.property(look, look, (one, other) => {
        fc.pre(!isSame(one, other));
        const doubted: Sighting = { look: one, since: 0, isDoubtful: true };
        expect(sighted(doubted, other, 3e12, false)).toEqual({ look: other, since: 3e12, isDoubtful: false });
      }),
    );
  });

  it('that was last changed long ago has kept still since, where its times can be believed', () => {
    const old: Look = { size: 1, modified: 1e12, changed: 1e12 + 100, inode: 1 };
    expect(sighted(undefined, old, 2e12, true).since).toBe(1e12 + 100);
    expect(sighted(undefined, { ...old, changed: 3e12 }, 2e12, true).since).toBe(2e12);
  });

  it('that does not decode, or is empty, is taken after a longer while', () => {
    const seen: Look = { size: 1, modified: 0, changed: 0, inode: 1 };
    const doubted: Sighting = { look: seen, since: 1000, isDoubtful: true };
    expect(stepFor(doubted, 5999, waits)).toEqual({ kind: 'wait', until: 6000 });
    expect(stepFor(doubted, 6000, waits)).toEqual({ kind: 'take' });
    const empty: Sighting = { look: { ...seen, size: 0 }, since: 1000, isDoubtful: false };
    expect(stepFor(empty, 2000, waits).kind).toBe('wait');
    expect(stepFor(empty, 6000, waits).kind).toBe('take');
  });

  it('is known again by one number', () => {
    fc.assert(
      fc.property(look, look, (one, other) => {
        expect(signatureOf({ ...one })).toBe(signatureOf(one));
        expect(Number.isSafeInteger(signatureOf(one))).toBe(true);
        if (!isSame(one, other)) expect(signatureOf(other)).not.toBe(signatureOf(one));
      }),
    );
    const one: Look = { size: 1000, modified: 1.7e12, changed: 1.7e12 + 0.5, inode: 7 };
    expect(signatureOf({ ...one, size: 1001 })).not.toBe(signatureOf(one));
    expect(signatureOf({ ...one, changed: one.changed + 0.001 })).not.toBe(signatureOf(one));
  });
});
