import type { GraphBuilder, NodeId } from '../../graph/index.js';
import { type AxisMap, tapsOf } from './axis.js';

/** Channels of a block of ONNX Runtime's layout on processors with AVX-512, and most values of a tile. */
const BLOCK = 16;
const MOST_VALUES = 64;
/** What writing a value costs, in products. */
const COST_OF_VALUE = 64;

/** Neighbouring output pixels that are made at once. */
interface Tile {
  readonly pixels: number;
  readonly count: number;
  /** Input pixels from one tile to the next, and how many each one reads. */
  readonly step: number;
  readonly reach: number;
}

/**
 * Applies a map along the axis of columns of [N, rows, width·C], one a channel: they differ in their weights only. A row of
 * pixels is taken for a row of single values, over which one convolution of one channel makes tiles of neighbouring pixels
 * with all their channels, so that the channels need not be taken apart. Undefined where a tile would be too large.
 */
export const alongColumns = (b: GraphBuilder, x: NodeId, maps: readonly AxisMap[]): NodeId | undefined => {
  const [batch = 1, rows = 1] = b.shape(x);
  const [map] = maps;
  if (map === undefined) return undefined;
  const channels = maps.length;
  const before = Math.max(0, -Math.min(...map.phases.flat().map(({ at }) => at)));
  const tile = tileOf(map, channels, before);
  if (tile === undefined) return undefined;
  const { padded, left, right } = bordered(b, x, map, channels, before, tile);
  const strips = b.reshape(padded, [batch, 1, rows, b.shape(padded)[2]!]);
  const filter = b.constant({
    dtype: 'float32',
    shape: [tile.pixels * channels, 1, 1, tile.reach * channels],
    data: filterOf(maps, tile, before),
  });
  const made = b.add('conv', [strips, filter], {
    strides: [1, tile.step * channels],
    padding: [0, left * channels, 0, right * channels],
    dilations: [1, 1],
    groups: 1,
  });
  const lines = b.reshape(b.transpose(made, [0, 2, 3, 1]), [
    batch,
    rows,
    tile.count * tile.pixels * channels,
  ]);
  return b.sliceAxis(lines, 2, 0, map.output * channels);
};

/** The tile that costs the fewest products and writes the fewest values that are not wanted. */
const tileOf = ({ phases, step, output }: AxisMap, channels: number, before: number): Tile | undefined => {
  const last = Math.max(...phases.flat().map(({ at }) => at));
  const tiles = Array.from({ length: Math.floor(MOST_VALUES / (channels * phases.length)) }, (_, i): Tile => {
    const pixels = (i + 1) * phases.length;
    return {
      pixels,
      count: Math.ceil(output / pixels),
      step: (i + 1) * step,
      reach: i * step + last + before + 1,
    };
  });
  const extraPass = output * channels * COST_OF_VALUE;
  const cost = ({ pixels, count, reach }: Tile): number =>
    count * roundUp(pixels * channels, BLOCK) * (reach * channels + COST_OF_VALUE) +
    // What hangs over is cut off in one more pass, and blocks that are not full come out of their layout slowly.
    (output % pixels === 0 ? 0 : extraPass) +
    ((pixels * channels) % BLOCK === 0 ? 0 : extraPass);
  return tiles.reduce<Tile | undefined>(
    (best, tile) => (best === undefined || cost(tile) < cost(best) ? tile : best),
    undefined,
  );
};

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** The rows with what is read beyond their ends, as far as that is pixels; zeros are left to the convolution. */
const bordered = (
  b: GraphBuilder,
  x: NodeId,
  map: AxisMap,
  channels: number,
  before: number,
  tile: Tile,
): { readonly padded: NodeId; readonly left: number; readonly right: number } => {
  const { input, output, fold } = map;
  const wanted = (tile.count - 1) * tile.step + tile.reach - before;
  const used = Array.from({ length: map.phases.length }, (_, i) => output - 1 - i)
    .filter((i) => i >= 0)
    .flatMap((i) => tapsOf(map, i).map(({ at }) => at + 1));
  const end = Math.max(input, ...used);
  const cut = wanted < input ? b.sliceAxis(x, 2, 0, wanted * channels) : x;
  if (fold(-1, input) < 0) return { padded: cut, left: before, right: Math.max(0, wanted - input) };
  const border = (from: number, to: number): readonly NodeId[] => {
    if (to <= from) return [];
    const list = Array.from({ length: to - from }, (_, i) => fold(from + i, input)).flatMap((pixel) =>
      Array.from({ length: channels }, (_, c) => pixel * channels + c),
    );
    const index = b.constant({ dtype: 'int32', shape: [list.length], data: Int32Array.from(list) });
    return [b.add('gather', [x, index], { axis: 2 })];
  };
  const padded = b.concat([...border(-before, 0), cut, ...border(input, end)], 2);
  return { padded, left: 0, right: Math.max(0, wanted - end) };
};

/** [pixels·C, 1, 1, reach·C]: from the values under a tile to its pixels, each channel to itself. */
const filterOf = (maps: readonly AxisMap[], { pixels, reach }: Tile, before: number): Float32Array => {
  const channels = maps.length;
  const filter = new Float32Array(pixels * channels * reach * channels);
  maps.forEach((map, channel) => {
    for (let pixel = 0; pixel < pixels; pixel++)
      for (const { at, weight } of tapsOf(map, pixel))
        filter[(pixel * channels + channel) * reach * channels + (at + before) * channels + channel]! +=
          weight;
  });
  return filter;
};
