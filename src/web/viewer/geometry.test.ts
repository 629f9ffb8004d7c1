import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bounded,
  FIT,
  fitScale,
  neededPixels,
  type Point,
  pannedBy,
  photoRect,
  type Size,
  scaleOf,
  type View,
  visibleRect,
  zoomedBy,
  zoomedTo,
} from './geometry.js';

const size = (least: number, most: number): fc.Arbitrary<Size> =>
  fc.record({ width: fc.integer({ min: least, max: most }), height: fc.integer({ min: least, max: most }) });
const photo = size(16, 20_000);
const pane = size(80, 4000);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const view = (of: Size, within: Size): fc.Arbitrary<View> =>
  fc.oneof(
    fc.constant(FIT),
    fc
      .record({
        kind: fc.constant('free' as const),
        scale: fc.double({ min: 0.01, max: 8, noNaN: true }),
        x: share,
        y: share,
      })
      .map((free) => bounded(free, of, within)),
  );
const scene = fc
  .tuple(photo, pane)
  .chain(([of, within]) =>
    fc.record({ of: fc.constant(of), within: fc.constant(within), seen: view(of, within) }),
  );

/** Which point of the photo, from 0 to 1, lies at a point of the pane. */
const under = (at: Point, seen: View, of: Size, within: Size): Point => {
  const { x, y, width, height } = photoRect(seen, of, within);
  return { x: (at.x - x) / width, y: (at.y - y) / height };
};

describe('a photo that fits', () => {
  it('is whole within the pane, in its middle and in its proportions', () => {
    fc.assert(
      fc.property(photo, pane, (of, within) => {
        const { x, y, width, height } = photoRect(FIT, of, within);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x + width / 2).toBeCloseTo(within.width / 2, 6);
        expect(width / height).toBeCloseTo(of.width / of.height, 6);
      }),
    );
  });

  it('is not blown up', () => {
    expect(fitScale({ width: 100, height: 50 }, { width: 1000, height: 1000 })).toBe(1);
  });
});

describe('zooming', () => {
  const near = fc.double({ min: 0.4, max: 0.6, noNaN: true });
  const within = size(80, 1000);
  const deep = fc.record({
    kind: fc.constant('free' as const),
    scale: fc.double({ min: 1, max: 3, noNaN: true }),
    x: near,
    y: near,
  });

  it('leaves what is under the pointer where it is, as long as no border is met', () => {
    fc.assert(
      fc.property(
        size(4000, 20_000),
        within,
        deep,
        share,
        share,
        fc.double({ min: 0.7, max: 2, noNaN: true }),
        (of, room, seen, a, b, factor) => {
          const at = { x: a * room.width, y: b * room.height };
          const next = zoomedBy(seen, factor, at, of, room);
          const [was, is] = [under(at, seen, of, room), under(at, next, of, room)];
          expect(is.x).toBeCloseTo(was.x, 6);
          expect(is.y).toBeCloseTo(was.y, 6);
        },
      ),
    );
  });

  it('never shows less than the fit', () => {
    fc.assert(
      fc.property(scene, share, share, ({ of, within, seen }, a, b) => {
        const at = { x: a * within.width, y: b * within.height };
        expect(zoomedBy(seen, 1e-6, at, of, within)).toEqual(FIT);
      }),
    );
  });

  it('goes to a scale', () => {
    const [of, within] = [
      { width: 6000, height: 4000 },
      { width: 900, height: 600 },
    ];
    expect(scaleOf(zoomedTo(FIT, 1, { x: 450, y: 300 }, of, within), of, within)).toBe(1);
  });
});

describe('panning', () => {
  it('never shows empty room beside a photo that fills the pane', () => {
    fc.assert(
      fc.property(scene, fc.integer(), fc.integer(), ({ of, within, seen }, dx, dy) => {
        const next = pannedBy(seen, dx, dy, of, within);
        const { x, width } = photoRect(next, of, within);
        if (width >= within.width) {
          expect(x).toBeLessThanOrEqual(1e-6);
          expect(x + width).toBeGreaterThanOrEqual(within.width - 1e-6);
        } else expect(x + width / 2).toBeCloseTo(within.width / 2, 6);
      }),
    );
  });
});

describe('what is visible', () => {
  it('lies within pane and photo', () => {
    fc.assert(
      fc.property(scene, ({ of, within, seen }) => {
        const visible = visibleRect(seen, of, within);
        const whole = photoRect(seen, of, within);
        expect(visible.width).toBeLessThanOrEqual(Math.min(within.width, whole.width) + 1e-6);
        expect(visible.height).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the pixels that are needed', () => {
  it('are those of the screen, and never more than there are', () => {
    const of = { width: 6000, height: 4000 };
    const within = { width: 640, height: 640 };
    expect(neededPixels(FIT, of, within, 2)).toBe(1200);
    expect(neededPixels({ kind: 'free', scale: 4, x: 0.5, y: 0.5 }, of, within, 2)).toBe(6000);
  });
});
