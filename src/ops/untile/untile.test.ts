import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { Frame, Item, Outcome } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { itemsOf, runFlow } from '../testing/run.js';
import { tile } from '../tile/index.js';
import { untile } from './index.js';

const cut = async (params: Parameters<typeof tile>[0], ...photos: readonly Frame[]) =>
  collect(runFlow<Frame, Frame>(tile(params), itemsOf(...photos)));

const together = (tiles: readonly Outcome<Frame>[]) =>
  collect(runFlow<Frame, Frame>(untile(), fromIterable(tiles)));

const onEach = (tiles: readonly Outcome<Frame>[], f: (photo: Frame) => Frame): readonly Outcome<Frame>[] =>
  tiles.map((outcome) => E.map((item: Item<Frame>) => ({ ...item, value: f(item.value) }))(outcome));

const values = (outcomes: readonly Outcome<Frame>[]): readonly Frame[] =>
  outcomes.flatMap((outcome) => (E.isRight(outcome) ? [outcome.right.value] : []));

/** The mean of the nine pixels around each, the border repeated. */
const smooth = (photo: Frame): Frame => {
  const before = valuesOf(photo);
  const { width, height, channels } = photo;
  const at = (x: number, y: number, c: number): number =>
    before[
      (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * channels + c
    ] as number;
  const near = [-1, 0, 1];
  return frameFrom(
    { width, height, channels, depth: photo.samples.depth },
    (x, y, c) => near.flatMap((dy) => near.map((dx) => at(x + dx, y + dy, c))).reduce((a, b) => a + b) / 9,
  );
};

describe('tile and untile', () => {
  it('give back what was cut, whatever its size, depth and transparency', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryFrame({ maxSide: 60 }),
        fc.integer({ min: 16, max: 40 }),
        fc.integer({ min: 0, max: 16 }),
        fc.constantFrom(1, 4, 8),
        async (photo, size, overlap, multiple) => {
          const [made] = values(await together(await cut({ size, overlap, multiple }, photo)));
          expect(made?.samples.depth).toBe(photo.samples.depth);
          expect([made?.width, made?.height]).toEqual([photo.width, photo.height]);
          const before = valuesOf(photo);
          const furthest = Math.max(...valuesOf(made!).map((v, i) => Math.abs(v - before[i]!)));
          expect(furthest).toBeLessThan(1e-6);
          expect(made?.alpha?.data.length).toBe(photo.alpha?.data.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are exact for work that looks no farther than half of the overlap', async () => {
    const photo = frameFrom({ width: 75, height: 50, depth: 'float32' }, (x, y, c) =>
      Math.sin(x * 0.9 + y * y * 0.03 + c),
    );
    const tiles = await cut({ size: 20, overlap: 2 }, photo);
    expect(tiles.length).toBeGreaterThan(6);
    const [made] = values(await together(onEach(tiles, smooth)));
    const whole = valuesOf(smooth(photo));
    expect(Math.max(...valuesOf(made!).map((v, i) => Math.abs(v - whole[i]!)))).toBeLessThan(1e-5);
  });

  it('put together what has become larger', async () => {
    const photo = frameFrom({ width: 40, height: 33 }, (x, y) => (x + y) / 80);
    const double = (frame: Frame): Frame => {
      const before = valuesOf(frame);
      return frameFrom(
        { width: 2 * frame.width, height: 2 * frame.height },
        (x, y, c) => before[((y >> 1) * frame.width + (x >> 1)) * 3 + c]!,
      );
    };
    const [made] = values(await together(onEach(await cut({ size: 16, overlap: 4 }, photo), double)));
    expect([made?.width, made?.height]).toEqual([80, 66]);
    expect(valuesOf(made!)).toEqual(valuesOf(double(photo)));
  });

  it('keep the keys of pictures, and name tiles after them', async () => {
    const photo = frameFrom({ width: 40, height: 16 }, () => 0.5);
    const tiles = await cut({ size: 20, overlap: 4 }, photo, photo);
    expect(tiles.map((each) => E.isRight(each) && each.right.key.path)).toEqual([
      '0-tile-1.jpg',
      '0-tile-2.jpg',
      '1-tile-1.jpg',
      '1-tile-2.jpg',
    ]);
    const made = await together(tiles);
    expect(made.map((each) => E.isRight(each) && each.right.key)).toEqual([
      { path: '0.jpg', index: 0, epoch: 0 },
      { path: '1.jpg', index: 1, epoch: 0 },
    ]);
  });

  it('set aside a picture of which a tile failed, once, and go on with the next', async () => {
    const photo = frameFrom({ width: 40, height: 16 }, () => 0.5);
    const tiles = await cut({ size: 20, overlap: 4 }, photo, photo);
    const broken = tiles.map(
      (outcome, i): Outcome<Frame> =>
        i < 2 && E.isRight(outcome)
          ? E.left({
              key: outcome.right.key,
              operator: 'steps[3]/model',
              diagnostics: [failure('model/type', 'no')],
            })
          : outcome,
    );
    const made = await together(broken);
    expect(made).toHaveLength(2);
    expect(made[0]).toMatchObject({ left: { key: { path: '0.jpg' }, operator: 'steps[3]/model' } });
    expect(made[1]).toMatchObject({ right: { key: { path: '1.jpg' } } });
  });

  it.each([
    ['that are missing at the end', (tiles: readonly Outcome<Frame>[]) => tiles.slice(0, 1)],
    ['that are missing at the beginning', (tiles: readonly Outcome<Frame>[]) => tiles.slice(1)],
    ['in another order', (tiles: readonly Outcome<Frame>[]) => [...tiles].reverse()],
  ])('say so of tiles %s', async (_, change) => {
    const tiles = await cut(
      { size: 20, overlap: 4 },
      frameFrom({ width: 60, height: 16 }, () => 0.5),
    );
    const made = await together(change(tiles));
    expect(values(made)).toEqual([]);
    expect(made[0]).toMatchObject({ left: { diagnostics: [{ code: 'tiles/incomplete' }] } });
  });

  it('refuse tiles of which one has another size', async () => {
    const tiles = await cut(
      { size: 20, overlap: 4 },
      frameFrom({ width: 40, height: 16 }, () => 0.5),
    );
    const small = frameFrom({ width: 5, height: 5 }, () => 0);
    let first = true;
    const made = await together(
      onEach(tiles, (frame) => {
        const given = first ? frame : small;
        first = false;
        return given;
      }),
    );
    expect(made[0]).toMatchObject({ left: { diagnostics: [{ code: 'tiles/unlike' }] } });
  });
});

describe('tiles of several pictures', () => {
  const cutOf = async (key: Partial<Item<Frame>['key']>) => {
    const photo = frameFrom({ width: 20, height: 16 }, (x) => x / 20);
    const whole: Outcome<Frame> = E.right({
      key: { path: 'a.jpg', index: 0, epoch: 0, ...key },
      value: photo,
    });
    return collect(runFlow<Frame, Frame>(tile({ size: 16, overlap: 0 }), fromIterable([whole])));
  };

  it.each([{ path: 'b.jpg' }, { index: 1 }, { epoch: 1 }])('are told apart by %j', async (other) => {
    const [one, another] = [await cutOf({}), await cutOf(other)];
    expect(one).toHaveLength(2);
    // The first tile of one picture and the second of another make none.
    const mixed = await together([one[0]!, another[1]!]);
    expect(mixed.map((outcome) => E.isLeft(outcome) && outcome.left.diagnostics[0].message)).toEqual([
      'Of the 2 tiles of a.jpg 1 came, or came in another order.',
      expect.stringContaining('1 came, or came in another order.'),
    ]);
    expect((await together([...one, ...another])).every(E.isRight)).toBe(true);
  });
});
