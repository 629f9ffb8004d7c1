import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenOf, newPhoto, noPhotos, type Photos, type PhotosAction, photosAfter } from './photos.js';

const of = (...keys: readonly string[]): Photos =>
  photosAfter(noPhotos, { kind: 'add', photos: keys.map((key) => newPhoto(key, `${key}.jpg`)) });

describe('photos', () => {
  it('choose the first that is dropped, and keep what is chosen when more come', () => {
    const more = photosAfter(of('a', 'b'), { kind: 'add', photos: [newPhoto('c', 'c.jpg')] });
    expect(more.chosen).toBe('a');
  });

  it('go to the neighbour when the chosen one is removed', () => {
    const at = (chosen: string, key: string): string | undefined =>
      photosAfter({ ...of('a', 'b', 'c'), chosen }, { kind: 'remove', key }).chosen;
    expect([at('b', 'b'), at('c', 'c'), at('a', 'c')]).toEqual(['c', 'b', 'a']);
    expect(photosAfter(of('a'), { kind: 'remove', key: 'a' }).chosen).toBeUndefined();
  });

  it('take over the edits of one, which each can undo', () => {
    const steps = [{ id: '1', pipeline: 'dehaze', values: {}, isOn: true }];
    const edited = photosAfter(of('a', 'b'), { kind: 'edit', key: 'a', action: { kind: 'replace', steps } });
    const spread = photosAfter(edited, { kind: 'spread', key: 'a' });
    expect(spread.list.map(({ chain }) => chain.steps)).toEqual([steps, steps]);
    const undone = photosAfter(spread, { kind: 'edit', key: 'b', action: { kind: 'undo' } });
    expect(undone.list.map(({ chain }) => chain.steps)).toEqual([steps, []]);
  });

  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const action: fc.Arbitrary<PhotosAction> = fc.oneof(
    fc.record({ kind: fc.constantFrom('remove' as const, 'choose' as const, 'spread' as const), key }),
    fc.record({ kind: fc.constant('step' as const), by: fc.integer({ min: -3, max: 3 }) }),
  );

  it('always look at one that is there, while there is any', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const photos = actions.reduce(photosAfter, of('a', 'b', 'c', 'd'));
        expect(chosenOf(photos) === undefined).toBe(photos.list.length === 0);
      }),
    );
  });
});
