import fc from 'fast-check';
import { lattice, scene, throughHaze } from '../scene.js';

/** The value, 0..1, at a place of an endless plane. */
export type Content = (x: number, y: number, channel: number) => number;

/** What a picture shows. */
export type ContentKind = 'flat' | 'gradient' | 'edges' | 'noise' | 'scene';

const level = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 0.5) },
  fc.integer({ min: 0, max: 255 }).map((v) => v / 255),
);

const triangle = (t: number): number => Math.abs((((t % 2) + 2) % 2) - 1);

const flat = fc.tuple(level, level, level).map(
  (levels): Content =>
    (_x, _y, c) =>
      levels[c] ?? 0,
);

const gradient = fc
  .record({ across: fc.integer({ min: -8, max: 8 }), down: fc.integer({ min: -8, max: 8 }) })
  .map(
    ({ across, down }): Content =>
      (x, y, c) =>
        triangle((x * across + y * down) / 64 + c / 3),
  );

const edges = fc
  .record({
    across: fc.integer({ min: 1, max: 5 }),
    down: fc.integer({ min: 1, max: 5 }),
    dark: level,
    bright: level,
  })
  .map(
    ({ across, down, dark, bright }): Content =>
      (x, y, c) =>
        (Math.floor(x / across) + Math.floor(y / down) + (c === 2 ? 1 : 0)) % 2 === 0 ? bright : dark,
  );

const noise = fc.nat(999).map(
  (seed): Content =>
    (x, y, c) =>
      lattice(x, y, seed * 3 + c),
);

/** A painted valley, from haze to clear air, at such a scale that a small window holds something to see. */
const valley = fc
  .record({ seed: fc.nat(99), density: fc.constantFrom(0, 0.5, 1.5) })
  .map(({ seed, density }): Content => {
    const look = scene(seed);
    return (x, y, c) => Math.min(1, Math.max(0, throughHaze(look(x / 64, y / 64), density)[c] ?? 0));
  });

const kinds: Readonly<Record<ContentKind, fc.Arbitrary<Content>>> = {
  flat,
  gradient,
  edges,
  noise,
  scene: valley,
};

/** What pictures show; shrinks to even surfaces. */
export const arbitraryContent = (
  some: readonly ContentKind[] = ['flat', 'gradient', 'edges', 'noise', 'scene'],
): fc.Arbitrary<Content> => fc.oneof({ withCrossShrink: true }, ...some.map((kind) => kinds[kind]));
