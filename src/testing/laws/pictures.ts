import * as E from 'fp-ts/lib/Either.js';
import { cutOut, type Region } from '../../image/index.js';
import { emptyLike, maxOf, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Symmetry } from '../../operator/promises.js';
import type { Frame } from '../../ports/index.js';
import { valuesOf, withDepth } from '../arbitraries/frames.js';
import type { Feeds } from '../run/operate.js';
import { isWithin } from './contracts.js';
import { differenceOfRuns, first, pictureDifference } from './difference.js';
import {
  broken,
  inAndOut,
  isFrame,
  isPointwise,
  isRandom,
  type Law,
  mapFeeds,
  mapsFrames,
  moot,
  type Trial,
  toleranceOf,
  unless,
  valuesIn,
} from './law.js';
import { moved } from './movements.js';

/** What has pictures in it, with something done to each of them. */
const onPictures = (value: unknown, change: (frame: Frame) => Frame): unknown => {
  if (isFrame(value)) return change(value);
  if (Array.isArray(value)) return value.map((each) => onPictures(each, change));
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, onPictures(each, change)]))
    : value;
};

const picturesIn = (value: unknown): readonly Frame[] => {
  if (isFrame(value)) return [value];
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
    ? Object.values(value).flatMap(picturesIn)
    : [];
};

const firstPicture = ({ feeds }: Trial): Frame | undefined =>
  Object.values(feeds)
    .flat()
    .flatMap((outcome) => (E.isRight(outcome) ? picturesIn(outcome.right.value) : []))[0];

/** The same streams, one item each. */
const firstItems = (feeds: Feeds): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, outcomes]) => [name, outcomes.slice(0, 1)]));

/**
 * Rounding of whole numbers is allowed for where a result was worked out twice in another order: one level.
 * @param frames of results
 */
const levelsApart = (trial: Trial, frames: readonly Frame[]): number => {
  const depth = frames[0]?.samples.depth ?? 'float32';
  return toleranceOf(trial.subject) + (depth === 'float32' ? 0 : 1 / maxOf(depth));
};

/** Pixels that are moved before come out as pixels that are moved after. */
const equivariant = {
  name: 'commutes with declared movements',
  applies: ({ operator: { behaviour, output }, laws }) =>
    (laws.equivariant !== undefined || behaviour.kind === 'tensor') && output.kind !== 'none',
  check: async (trial) => {
    const picture = firstPicture(trial);
    if (picture === undefined || isRandom(trial)) return moot;
    const every: readonly Symmetry[] = ['flip-x', 'flip-y', 'rotate-90', 'shift-x'];
    const { laws } = trial.subject;
    const symmetries = isPointwise(trial, picture)
      ? every
      : (laws.equivariant?.(trial.params, picture) ?? []);
    const symmetry = symmetries[trial.choice % symmetries.length];
    if (symmetry === undefined) return moot;
    const shift = 1 + (trial.choice % 7);
    // Which movements are declared depends on the picture, so that one item is looked at.
    const feeds = firstItems(trial.feeds);
    const move = (value: unknown) => onPictures(value, (frame) => moved(frame, symmetry, shift));
    const given = await trial.run({ feeds });
    const values = valuesIn(given);
    if (values.length === 0 || E.isLeft(given)) return moot;
    const after = E.right(mapFeeds({ items: given.right }, move).items ?? []);
    const before = await trial.run({ feeds: mapFeeds(feeds, move) });
    const found = differenceOfRuns(after, before, levelsApart(trial, values.flatMap(picturesIn)));
    return unless(
      found === undefined
        ? undefined
        : `${symmetry} after it and before it are not the same, which is declared: ${found}`,
    );
  },
} as const satisfies Law;

/** With parameters that are said to do nothing a picture goes through unchanged, whatever the other parameters are. */
const identity = {
  name: 'does nothing where it says so',
  applies: (subject) => mapsFrames(subject) && subject.laws.identity !== undefined,
  check: async (trial) => {
    const fixed = trial.subject.laws.identity as Readonly<Record<string, unknown>>;
    const whole = { ...(trial.written as object), ...fixed };
    const { codec } = trial.subject.operator.params;
    // Parameters that exclude the declared ones are left out.
    const written = E.isRight(codec.decode(whole)) ? whole : fixed;
    if (E.isLeft(codec.decode(written))) return moot;
    const pairs = inAndOut(trial, await trial.run({ written, feeds: firstItems(trial.feeds) }));
    return pairs.length === 0
      ? moot
      : unless(
          first(pairs, ([before, after]) => {
            const found = pictureDifference(before, after, toleranceOf(trial.subject));
            return found === undefined
              ? undefined
              : `with ${JSON.stringify(written)} pictures are said to stay as they are, but ${found}`;
          }),
        );
  },
} as const satisfies Law;

/** A picture of 8 or 16 bits gives what the same picture as float32 gives, rounded and clipped. */
const depths = {
  name: 'is the same at every depth',
  applies: mapsFrames,
  check: async (trial) => {
    const pairs = inAndOut(trial, await trial.run());
    const [item] = pairs;
    if (item === undefined || item[0].samples.depth === 'float32' || !isWithin(item[0])) return moot;
    if (item[1].samples.depth !== item[0].samples.depth)
      return broken(`of ${item[0].samples.depth} samples it made ${item[1].samples.depth} ones`);
    const [outcome] = (trial.feeds.items ?? []).filter(E.isRight);
    if (outcome === undefined) return moot;
    const fine = await trial.run({
      feeds: mapFeeds({ items: [outcome] }, (value) => withDepth(value as Frame, 'float32')),
    });
    const [exact] = valuesIn(fine).filter(isFrame);
    if (exact === undefined) return moot;
    const [coarse, whole] = [valuesOf(item[1]), valuesOf(exact)];
    const step = 1 / maxOf(item[0].samples.depth);
    const at = coarse.findIndex((value, i) => {
      const clipped = Math.min(1, Math.max(0, whole[i] ?? Number.NaN));
      return !(Math.abs(value - clipped) <= step * 0.51 + toleranceOf(trial.subject));
    });
    if (at < 0) return unless(undefined);
    const pixel = Math.floor(at / exact.channels);
    return broken(
      `at column ${pixel % exact.width}, row ${Math.floor(pixel / exact.width)} a float32 picture gives ${whole[at]}, and the same picture with ${item[0].samples.depth} samples gives ${coarse[at]} (both of 0..1)`,
    );
  },
} as const satisfies Law;

/** A part of a picture on its way through a tile: what is handed over, and which part of the result counts. */
interface Tile {
  readonly window: Region;
  readonly core: Region;
}

/** Cuts an axis in two, each part with some more of the other on its side. */
const halves = (length: number, cut: number, receptiveRadius: number) => [
  { from: 0, to: Math.min(length, cut + receptiveRadius), core: [0, cut] as const },
  { from: Math.max(0, cut - receptiveRadius), to: length, core: [cut, length] as const },
];

const tilesOf = ({ width, height }: Frame, receptiveRadius: number, choice: number): readonly Tile[] => {
  const columns = width < 2 ? [whole(width)] : halves(width, 1 + (choice % (width - 1)), receptiveRadius);
  const rows = height < 2 ? [whole(height)] : halves(height, 1 + (choice % (height - 1)), receptiveRadius);
  return rows.flatMap((row) =>
    columns.map((column) => ({
      window: { left: column.from, top: row.from, width: column.to - column.from, height: row.to - row.from },
      core: {
        left: column.core[0],
        top: row.core[0],
        width: column.core[1] - column.core[0],
        height: row.core[1] - row.core[0],
      },
    })),
  );
};

const whole = (length: number) => ({ from: 0, to: length, core: [0, length] as const });

/** Lays the core of a tile's result into the whole picture. */
const lay = (to: Raw, width: number, channels: number, tile: Frame, { window, core }: Tile): void => {
  for (let y = 0; y < core.height; y++) {
    const from = ((core.top - window.top + y) * tile.width + (core.left - window.left)) * channels;
    const row = tile.samples.data.subarray(from, from + core.width * channels);
    to.set(row, ((core.top + y) * width + core.left) * channels);
  }
};

/** Worked on in tiles that overlap by the declared reach, a picture comes out as it does in one piece. */
const tiles = {
  name: 'can be done in tiles',
  applies: (subject) =>
    mapsFrames(subject) &&
    (subject.laws.receptiveRadius !== undefined || subject.operator.behaviour.kind === 'tensor'),
  check: async (trial) => {
    const [outcome] = (trial.feeds.items ?? []).filter(E.isRight);
    const before = outcome?.right.value;
    if (outcome === undefined || !isFrame(before) || isRandom(trial)) return moot;
    const { laws } = trial.subject;
    const receptiveRadius = isPointwise(trial, before) ? 0 : laws.receptiveRadius?.(trial.params, before);
    const [after] = valuesIn(await trial.run({ feeds: { items: [outcome] } })).filter(isFrame);
    if (receptiveRadius === undefined || after === undefined || before.width * before.height < 2) return moot;
    if (after.width !== before.width || after.height !== before.height)
      return broken('it declares a reach, and changes the size of pictures');
    const put = emptyLike(after.samples.data as Raw, after.samples.data.length);
    for (const tile of tilesOf(before, receptiveRadius, trial.choice)) {
      const part = cutOut(before, tile.window, 'edge');
      const given = await trial.run({ feeds: mapFeeds({ items: [outcome] }, () => part) });
      const [done] = valuesIn(given).filter(isFrame);
      if (done === undefined)
        return broken(`it takes the picture, but not the tile ${JSON.stringify(tile.window)}`);
      lay(put, after.width, after.channels, done, tile);
    }
    const found = pictureDifference(
      { ...after, samples: samplesOf(put) },
      after,
      levelsApart(trial, [after]),
    );
    return unless(
      found === undefined
        ? undefined
        : `in tiles that overlap by ${receptiveRadius} pixels, as it declares, it gives another picture: ${found}`,
    );
  },
} as const satisfies Law;

/** Streams of the same pictures come out as those pictures. */
const idempotent = {
  name: 'equals come to one',
  applies: ({ operator, laws }) => laws.idempotent !== undefined && Object.keys(operator.streams).length > 1,
  check: async (trial) => {
    if (trial.subject.laws.idempotent?.(trial.params) !== true) return moot;
    const [one = []] = Object.values(trial.feeds);
    const opaque = mapFeeds({ one }, (value) => onPictures(value, ({ alpha: _, ...frame }) => frame)).one;
    if (!valuesIn(E.right(opaque ?? [])).every((value) => isFrame(value) && isWithin(value))) return moot;
    const names = Object.keys(trial.feeds);
    const given = await trial.run({
      feeds: Object.fromEntries(names.map((name) => [name, opaque ?? []])),
    });
    const [before, after] = [valuesIn(E.right(opaque ?? [])), valuesIn(given)];
    if (after.length === 0) return moot;
    return unless(
      first(after.filter(isFrame), (frame, i) => {
        const original = before[i];
        const found = isFrame(original)
          ? pictureDifference(original, frame, toleranceOf(trial.subject))
          : undefined;
        return found === undefined ? undefined : `equal streams do not come out as they are: ${found}`;
      }),
    );
  },
} as const satisfies Law;

export const pictures = [depths, equivariant, identity, tiles, idempotent] as const satisfies readonly Law[];
