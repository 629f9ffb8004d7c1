import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { type Grid, gridWithin, type Place } from '../../picture/tiling/grid.js';
import { type Values, windowOf } from '../../picture/tiling/windows.js';
import type { HostTensor } from '../../ports/index.js';
import { checkSeams } from './seam-check.js';
import { editedInTiles, editedWindow, type Programs } from './tiled.js';

/** A picture of one channel, whose values differ everywhere. */
const picture = (width: number, height: number): Values => ({
  dtype: 'float32',
  shape: [height, width, 1],
  data: Float32Array.from({ length: width * height }, (_, i) => i / (width * height)),
});

type Feeds = {
  readonly samples: Values;
  readonly globalFeatures?: readonly Values[];
  readonly means?: unknown;
};
type Made = E.Either<Diagnostics, unknown>;

/** Programs that do as they are told with what they are given, on the host. */
const programs = (
  edit: (feeds: Feeds) => Made | Promise<Made>,
  more: Readonly<Record<string, unknown>> = {},
): Programs =>
  ({
    room: (bytes: number) => new ArrayBuffer(bytes),
    edit: (feeds: Feeds) => async () => edit(feeds),
    globalInput: () => async () => E.left([failure('tensor/run-failed', 'nothing is looked at')]),
    ...more,
  }) as unknown as Programs;

const given = ({ samples }: Feeds): Made => E.right({ ...samples, data: samples.data.slice() });
const brighter =
  (by: number) =>
  ({ samples }: Feeds): Made =>
    E.right({ ...samples, data: (samples.data as Float32Array).map((value) => value + by) });

const signal = new AbortController().signal;
const looking = { globalRadius: 0, multiple: 4, least: 4, room: 1e6 };

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};

const gridOf = (width: number, height: number, edges: Grid['edges'], room = 500): Grid =>
  gridWithin({ full: { width, height }, receptiveRadius: 4, multiple: 4, edges }, room);

describe('a picture in tiles', () => {
  it.each(['none', 'x', 'sphere'] as const)('is put together as it was, of edges %s', async (edges) => {
    const grid = gridOf(64, 32, edges);
    expect(grid.tiles.length).toBeGreaterThan(3);
    // Smaller than what it is filled up to.
    const whole = picture(61, 32);
    const { picture: made, known } = right(
      await editedInTiles(programs(given), whole, grid, looking, signal),
    );
    expect(made).toEqual(whole);
    expect(known).toEqual({ globalFeatures: [] });
  });

  it('has the windows of all tiles run once, two at a time at most', async () => {
    const grid = gridOf(64, 32, 'none');
    let [running, most, runs] = [0, 0, 0];
    const slow = async (feeds: Feeds): Promise<Made> => {
      runs++;
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return given(feeds);
    };
    right(await editedInTiles(programs(slow), picture(64, 32), grid, looking, signal));
    expect([runs, most, running]).toEqual([grid.tiles.length, 2, 0]);
  });

  it('fails where a tile does, when nothing runs any more', async () => {
    const grid = gridOf(64, 32, 'none');
    let [runs, running] = [0, 0];
    const failing = async (feeds: Feeds): Promise<Made> => {
      const own = runs++;
      running++;
      await new Promise((resolve) => setTimeout(resolve, own === 1 ? 0 : 5));
      running--;
      return own === 1 ? E.left([failure('tensor/run-failed', 'the second')]) : given(feeds);
    };
    const result = await editedInTiles(programs(failing), picture(64, 32), grid, looking, signal);
    expect(result).toMatchObject(E.left([{ message: 'the second' }]));
    expect([runs, running]).toEqual([3, 0]);
  });

  it('gives each tile its part of what each member makes of the whole', async () => {
    const grid = gridOf(64, 32, 'none');
    const whole = picture(64, 32);
    const seen: Values[] = [];
    const tools = programs(
      ({ samples, globalFeatures }) => {
        // Each member's whole, of half the size, tells where it is.
        const [one, other] = globalFeatures as readonly [Values, Values];
        expect(one.shape).toEqual([samples.shape[0]! / 2, samples.shape[1]! / 2, 1]);
        expect(other.data[0]).toBe((one.data[0] as number) + 1);
        expect(one.data[0]).toBe(samples.data[0]);
        return given({ samples });
      },
      {
        globalInput: (window: Values) => async () => {
          const [h = 0, w = 0] = window.shape;
          const data = Float32Array.from(
            { length: (h * w) / 4 },
            (_, i) => window.data[2 * Math.floor(i / (w / 2)) * w + 2 * (i % (w / 2))] as number,
          );
          return E.right({ dtype: 'float32', shape: [h / 2, w / 2, 1], data });
        },
        whole: {
          factor: 2,
          run: (all: Values) => async () => {
            seen.push(all);
            return E.right([all, { ...all, data: (all.data as Float32Array).map((value) => value + 1) }]);
          },
        },
      },
    );
    const { picture: made } = right(
      await editedInTiles(tools, whole, grid, { ...looking, room: 600 }, signal),
    );
    expect(made).toEqual(whole);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.shape).toEqual([16, 32, 1]);
    expect(seen[0]!.data).toEqual(
      Float32Array.from(
        { length: 512 },
        (_, i) => whole.data[2 * Math.floor(i / 32) * 64 + 2 * (i % 32)] as number,
      ),
    );
  });

  it('fails where the whole cannot be looked at', async () => {
    const fails = async () => E.left([failure('tensor/run-failed', 'no whole')]);
    const grid = gridOf(64, 32, 'none');
    const blind = programs(given, { whole: { factor: 2, run: () => fails } });
    expect(await editedInTiles(blind, picture(64, 32), grid, looking, signal)).toMatchObject(
      E.left([{ message: 'nothing is looked at' }]),
    );
    const globalInput = (window: Values) => async () =>
      E.right(
        windowOf(window, { width: 32, height: 16 }, { left: 0, top: 0, width: 32, height: 16 }, 'none'),
      );
    const lost = programs(given, { globalInput, whole: { factor: 2, run: () => fails } });
    expect(await editedInTiles(lost, picture(64, 32), grid, looking, signal)).toMatchObject(
      E.left([{ message: 'no whole' }]),
    );
  });

  it('gives all tiles the same means, told from a thumbnail and corrected by parts of the picture', async () => {
    const grid = gridOf(64, 32, 'none');
    const whole = picture(64, 32);
    const asked: (readonly number[])[] = [];
    const meanOf = ({ data }: Values): number =>
      [...data].reduce((sum, value) => sum + Number(value), 0) / data.length;
    const tools = programs(
      ({ samples, means }) => {
        const [[mean]] = means as readonly [readonly [HostTensor]];
        expect(mean.data[0]).toBeCloseTo(meanOf(whole), 4);
        // What a tile does to its means is nobody else's business.
        mean.data[0] = 99;
        return given({ samples });
      },
      {
        means: (pictures: Values) => async () => {
          asked.push(pictures.shape);
          const mean = { dtype: 'float32', shape: [1], data: Float32Array.of(meanOf(pictures)) };
          return E.right([[mean]]);
        },
      },
    );
    const small = { ...looking, least: 4, room: 1e4 };
    const { picture: made, known } = right(await editedInTiles(tools, whole, grid, small, signal));
    expect(made).toEqual(whole);
    expect(known.reduced).toBe(2);
    expect(known.globalFeatures).toEqual([]);
    // Parts as they are, the same of the thumbnail, and all of that.
    const [fine, coarse, thumbnail] = asked;
    expect(thumbnail).toEqual([1, 16, 32, 1]);
    expect([fine![1], fine![2]]).toEqual([2 * coarse![1]!, 2 * coarse![2]!]);
    const failing = { ...tools, means: () => async () => E.left([failure('tensor/run-failed', 'no means')]) };
    expect(await editedInTiles(failing as unknown as Programs, whole, grid, small, signal)).toMatchObject(
      E.left([{ message: 'no means' }]),
    );
  });

  it('that is one tile of a network by means has them found on the way', async () => {
    const grid = gridOf(64, 32, 'x', 1e6);
    expect(grid.tiles).toHaveLength(1);
    const whole = picture(64, 32);
    const never = (): Made => E.left([failure('tensor/run-failed', 'this is not the way')]);
    const means = [[{ dtype: 'float32', shape: [1], data: Float32Array.of(5) }]];
    const round = () => (samples: Values) => async () => E.right({ picture: samples, means });
    const tools = programs(never, { round, means: () => async () => never() });
    const { picture: made, known } = right(await editedInTiles(tools, whole, grid, looking, signal));
    expect(made).toEqual(whole);
    expect(known).toEqual({ globalFeatures: [], means });
    const fails = { ...tools, round: () => () => async () => never() } as unknown as Programs;
    expect(E.isLeft(await editedInTiles(fails, whole, grid, looking, signal))).toBe(true);
    // Several tiles go the other way.
    expect(await editedInTiles(tools, whole, gridOf(64, 32, 'none'), looking, signal)).toMatchObject(
      E.left([{ message: 'this is not the way' }]),
    );
  });

  it('shows a window what stands there', async () => {
    const whole = picture(64, 32);
    const window: Place = { left: -4, top: 8, width: 12, height: 8 };
    const made = right(
      await editedWindow(programs(given), whole, gridOf(64, 32, 'x'), { globalFeatures: [] }, window, signal),
    );
    expect(made).toEqual(windowOf(whole, { width: 64, height: 32 }, window, 'x'));
  });
});

describe('a seam check', () => {
  const HALO = 4;
  const check = (tools: Programs, whole: Values, grid: Grid, result: Values) =>
    checkSeams({
      programs: tools,
      picture: whole,
      grid,
      known: { globalFeatures: [] },
      result,
      halo: HALO,
      multiple: 4,
      signal,
    });

  it.each(['none', 'x', 'sphere'] as const)(
    'of edges %s finds no difference where there is none, and all of one that there is',
    async (edges) => {
      const grid = gridOf(128, 64, edges, 3000);
      const whole = picture(125, 64);
      const same = right(await check(programs(given), whole, grid, whole));
      expect(same.windows).toBeGreaterThan(3);
      expect(same.difference).toBe(0);
      const other = right(await check(programs(brighter(0.25)), whole, grid, whole));
      expect(other.difference).toBeCloseTo(0.25, 6);
      expect(right(await check(programs(brighter(-0.25)), whole, grid, whole)).difference).toBeCloseTo(
        0.25,
        6,
      );
    },
  );

  it('tells differences of values 0..1, whatever the depth', async () => {
    const grid = gridOf(128, 64, 'none', 3000);
    for (const [dtype, white, Data] of [
      ['uint8', 255, Uint8Array],
      ['uint16', 65535, Uint16Array],
    ] as const) {
      const whole = { dtype, shape: [64, 128, 1], data: new Data(64 * 128).fill(7) } as Values;
      const result = { ...whole, data: new Data(64 * 128).fill(9) } as Values;
      expect(right(await check(programs(given), whole, grid, result)).difference).toBeCloseTo(2 / white, 9);
    }
  });

  it('does not compare what lies as near to the ends of a window as is looked around', async () => {
    const whole = picture(128, 64);
    /** As it was but for the outermost pixels of the window, so many along each axis, where the picture goes on. */
    const frayed =
      (across: number, down: number) =>
      ({ samples }: Feeds): Made => {
        const [height = 0, width = 0] = samples.shape;
        const data = (samples.data as Float32Array).map((value, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          const inside = x >= across && x < width - across && y >= down && y < height - down;
          return inside ? value : value + 1;
        });
        return E.right({ ...samples, data });
      };
    const sphere = gridOf(128, 64, 'sphere', 3000);
    expect(right(await check(programs(frayed(4, 4)), whole, sphere, whole)).difference).toBe(0);
    expect(right(await check(programs(frayed(5, 4)), whole, sphere, whole)).difference).toBe(1);
    expect(right(await check(programs(frayed(4, 5)), whole, sphere, whole)).difference).toBe(1);
    // The edge of a picture without a beyond is compared up to its last row.
    const flat = gridOf(128, 64, 'x', 3000);
    expect(right(await check(programs(frayed(4, 1)), whole, flat, whole)).difference).toBe(1);
    expect(right(await check(programs(frayed(4, 0)), whole, flat, whole)).difference).toBe(0);
  });

  it('fails where a window does', async () => {
    const failing = programs(() => E.left([failure('tensor/run-failed', 'no window')]));
    const whole = picture(128, 64);
    expect(await check(failing, whole, gridOf(128, 64, 'x', 3000), whole)).toMatchObject(
      E.left([{ message: 'no window' }]),
    );
  });
});
