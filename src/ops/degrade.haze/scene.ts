import type { Interval } from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor, PictureShape } from '../../ports/index.js';

/** The operator's parameters. */
export interface Haze {
  readonly density: Interval;
  readonly near: Interval;
  readonly airlight: Interval;
  readonly tint: Interval;
  readonly linear: boolean;
}

/** Layers that a depth is the sum of. */
export const LAYERS = 4;

/** Sides of the grid of random heights that becomes the hills of a layer. */
export const GRID = 6;

/**
 * One layer of a depth: a soft step (a sigmoid) of a random function of the place, of the colours there and of hills.
 * A gentle step is a slope, a steep one is something that stands before something else.
 */
interface Layer {
  readonly share: number;
  readonly steepness: number;
  /** How much the place counts: to the right, and downwards. */
  readonly place: readonly [number, number];
  /** How much each channel counts. */
  readonly colours: readonly number[];
  /** How high the hills are. */
  readonly hills: number;
  readonly offset: number;
}

/**
 * What is random about the haze of one item, as tensors of the compiled program: `airlight` [1, 1, channels]; `depth`
 * [2], the optical depth of the nearest place and how much more that of the farthest is; `exponent` [1] of what is
 * between; the layers' `weights` [channels + 3, layers] of colours, place and 1, their `hills` [grid, grid, layers] and
 * `shares` [layers, 1].
 */
export const sceneOf = (
  params: Haze,
  random: Random,
  { channels }: PictureShape,
): Readonly<Record<string, HostTensor>> => {
  const isOutdoors = random.chance('outdoors', 0.5);
  const layers = Array.from({ length: LAYERS }, (_, i) => layerOf(random, i, channels, isOutdoors));
  const total = layers.reduce((sum, { share }) => sum + share, 0);
  const rows = [
    ...Array.from({ length: channels }, (_, c) => layers.map((each) => each.colours[c] ?? 0)),
    layers.map(({ place }) => place[0]),
    layers.map(({ place }) => place[1]),
    layers.map(({ offset }) => offset),
  ];
  const steep = (row: readonly number[]) => row.map((value, i) => value * (layers[i]?.steepness ?? 1));
  const hills = Array.from({ length: GRID * GRID }, (_, cell) =>
    steep(layers.map((each, i) => each.hills * random.normal(`hills/${cell}/${i}`))),
  );
  return {
    airlight: floats([1, 1, channels], airlightOf(params, random, channels)),
    depth: floats([2], depthsOf(params, random)),
    exponent: floats([1], [random.uniform('exponent', 0.7, 1.8)]),
    weights: floats([channels + 3, LAYERS], rows.flatMap(steep)),
    hills: floats([GRID, GRID, LAYERS], hills.flat()),
    shares: floats(
      [LAYERS, 1],
      layers.map(({ share }) => share / total),
    ),
  };
};

const floats = (shape: readonly number[], values: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

/** The first is the lie of the land, the second its hills, the others are things in front of each other. */
const layerOf = (random: Random, i: number, channels: number, isOutdoors: boolean): Layer => {
  const draw = (name: string, from: number, to: number) => random.uniform(`layer/${i}/${name}`, from, to);
  const colour = (size: number) =>
    Array.from({ length: channels }, (_, c) => draw(`colour/${c}`, -size, size));
  // Outdoors what is higher up in the picture is farther away; a room can lead anywhere.
  const angle = isOutdoors ? Math.PI * draw('angle', 0.35, 0.65) : Math.PI * draw('angle', -1, 1);
  const place = [Math.cos(angle), -Math.sin(angle)] as const;
  if (i === 0)
    return {
      share: draw('share', 0.4, 1.4),
      steepness: draw('steepness', 1, 4),
      place,
      colours: colour(0.2),
      hills: 0.1,
      offset: draw('offset', -0.6, 0.6),
    };
  if (i === 1)
    return {
      share: draw('share', 0.1, 0.5),
      steepness: draw('steepness', 1, 3),
      place: [0, 0],
      colours: colour(0.5),
      hills: 0.8,
      offset: 0,
    };
  // The sky, where there is one, is bright and above.
  const isSky = isOutdoors && i === 2;
  return {
    share: draw('share', 0, 0.8),
    steepness: draw('steepness', 6, 16),
    place: [0.3 * place[0], 0.3 * place[1]],
    colours: isSky ? colour(0.3).map((each) => each + 2 / channels) : colour(1.5),
    hills: draw('hills', 0.1, 0.4),
    offset: draw('offset', -0.3, 0.3),
  };
};

/** Part of a scene is seen, seldom all of it: the farthest place is somewhere up to the density, the nearest before it. */
const depthsOf = ({ density, near: share }: Haze, random: Random): readonly [number, number] => {
  const whole = random.uniform('density', ...density);
  const far = 1 - 0.5 * random.uniform('far') ** 3;
  const near = far * random.uniform('near', ...share);
  return [whole * near, whole * (far - near)];
};

const airlightOf = ({ airlight, tint }: Haze, random: Random, channels: number): readonly number[] => {
  const level = random.uniform('airlight', ...airlight);
  if (channels === 1) return [level];
  const size = random.uniform('tint', ...tint);
  const angle = random.uniform('hue', 0, 2 * Math.PI);
  const [warm, green] = [size * Math.cos(angle), 0.4 * size * Math.sin(angle)];
  return [level + warm, level + green, level - warm].map((each) => Math.min(1, Math.max(0, each)));
};
