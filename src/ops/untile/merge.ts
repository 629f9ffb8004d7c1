import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { emptyLike, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Frame, Item, Samples, TileKey } from '../../ports/index.js';

/** How much a tile counts along one axis: all of it inside, less and less across a join with a neighbour. */
const weightsAlong = (
  from: number,
  length: number,
  [start, end]: readonly [number, number],
  full: number,
  feather: number,
): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    const x = from + i + 0.5;
    const rising = start <= 0 ? 1 : feather === 0 ? Number(x > start) : 0.5 + (x - start) / feather;
    const falling = end >= full ? 1 : feather === 0 ? Number(x < end) : 0.5 + (end - x) / feather;
    return Math.max(0, Math.min(1, rising, falling));
  });

interface Placed {
  readonly samples: Samples;
  readonly tile: TileKey;
}

/** Puts samples together, `factor` times as many on a side as there were when they were cut. */
const blended = (parts: readonly Placed[], channels: number, factor: number): Samples => {
  const [{ samples: first, tile: key }] = parts as readonly [Placed, ...Placed[]];
  const [width, height] = [key.width * factor, key.height * factor];
  const sums = new Float32Array(width * height * channels);
  const totals = new Float32Array(width * height);
  for (const { samples, tile } of parts) {
    const [left, top, w, h] = tile.window.map((side) => side * factor) as [number, number, number, number];
    const [x0, y0, x1, y1] = tile.joins.map((join) => join * factor) as [number, number, number, number];
    const feather = tile.feather * factor;
    const across = weightsAlong(left, w, [x0, x1], width, feather);
    const down = weightsAlong(top, h, [y0, y1], height, feather);
    for (let y = 0; y < Math.min(h, height - top); y++)
      for (let x = 0; x < Math.min(w, width - left); x++) {
        const weight = (across[x] as number) * (down[y] as number);
        if (weight === 0) continue;
        const to = (top + y) * width + left + x;
        totals[to] = (totals[to] as number) + weight;
        for (let c = 0; c < channels; c++)
          sums[to * channels + c] =
            (sums[to * channels + c] as number) +
            weight * (samples.data[(y * w + x) * channels + c] as number);
      }
  }
  const out = emptyLike(first.data as Raw, sums.length);
  const whole = first.depth !== 'float32';
  for (let i = 0; i < sums.length; i++) {
    const value = (sums[i] as number) / (totals[Math.floor(i / channels)] as number);
    out[i] = whole ? Math.round(value) : value;
  }
  return samplesOf(out);
};

/**
 * The picture that tiles make, blended linearly where they meet. Tiles may all have become a whole number of times as
 * large. Error: `tiles/unlike` for tiles that changed in different ways.
 */
export const mergedTiles = (tiles: readonly Item<Frame>[]): E.Either<Diagnostics, Frame> => {
  const [first] = tiles as readonly [Item<Frame>];
  const { value: photo } = first;
  const placed = tiles.flatMap(({ key, value }) => (key.tile ? [{ frame: value, tile: key.tile }] : []));
  const factor = photo.width / (placed[0]?.tile.window[2] ?? 1);
  const odd = placed.find(
    ({ frame, tile }) =>
      frame.width !== tile.window[2] * factor ||
      frame.height !== tile.window[3] * factor ||
      frame.channels !== photo.channels ||
      frame.samples.depth !== photo.samples.depth ||
      (frame.alpha === undefined) !== (photo.alpha === undefined),
  );
  if (odd !== undefined || !Number.isInteger(factor) || factor < 1)
    return E.left([
      failure(
        'tiles/unlike',
        `The tiles of ${first.key.tile?.of.path ?? first.key.path} do not fit together: one has ${(odd?.frame ?? photo).width}x${(odd?.frame ?? photo).height} pixels where ${placed[0]?.tile.window[2]}x${placed[0]?.tile.window[3]} were cut.`,
      ),
    ]);
  const { width, height } = placed[0]!.tile;
  const alphas = placed.flatMap(({ frame, tile }) => (frame.alpha ? [{ samples: frame.alpha, tile }] : []));
  const { alpha: _, ...rest } = photo;
  return E.right({
    ...rest,
    width: width * factor,
    height: height * factor,
    samples: blended(
      placed.map(({ frame, tile }) => ({ samples: frame.samples, tile })),
      photo.channels,
      factor,
    ),
    ...(alphas.length > 0 && { alpha: blended(alphas, 1, factor) }),
  });
};
