import type { HostTensor } from '../../ports/index.js';

/** Where a loss stands: what it is lately, evened out over some ten steps, and the least that that has been. */
export interface Level {
  readonly now: number;
  readonly least: number;
}

/** Levels of losses by name. Single precision, so that a checkpoint holds them exactly. */
export type Levels = Readonly<Record<string, Level>>;

/** Share of a level that stays at each step. */
const KEEP = 0.9;

/** The levels after a step. */
export const followed = (before: Levels, losses: Readonly<Record<string, number>>): Levels =>
  Object.fromEntries(
    Object.entries(losses).map(([name, loss]) => {
      const known = Object.hasOwn(before, name) ? before[name] : undefined;
      const now = Math.fround(
        known === undefined ? Math.abs(loss) : KEEP * known.now + (1 - KEEP) * Math.abs(loss),
      );
      return [name, { now, least: Math.min(now, known?.least ?? now) }];
    }),
  );

/** How many times its least level a loss has grown to; levels below 1 are as good as 1, for small losses move a lot. */
const growthOf = ({ now, least }: Level): number => now / Math.max(1, least);

/** A loss that has grown, and from what to what. */
export interface Grown extends Level {
  readonly name: string;
}

/** From how many times its least level a loss is said to grow, and from how many a training is lost. */
export const TOLD = 30;
export const LOST = 1000;

/** The loss that has grown most, if one has grown so many times. */
export const grown = (levels: Levels, times: number): Grown | undefined => {
  const [worst] = Object.entries(levels)
    .filter(([, level]) => !(growthOf(level) < times))
    .sort(([, a], [, b]) => growthOf(b) - growthOf(a));
  return worst && { name: worst[0], ...worst[1] };
};

const PREFIX = 'level/';

/** Levels as tensors of a checkpoint. */
export const levelTensors = (levels: Levels): Readonly<Record<string, HostTensor>> =>
  Object.fromEntries(
    Object.entries(levels).map(([name, { now, least }]) => [
      `${PREFIX}${name}`,
      { dtype: 'float32', shape: [2], data: Float32Array.of(now, least) },
    ]),
  );

/** Whether a tensor of a checkpoint is one of a level. */
export const isLevel = (path: string): boolean => path.startsWith(PREFIX);

/** The levels in the tensors of a checkpoint; none in those of earlier versions. */
export const levelsIn = (tensors: Readonly<Record<string, HostTensor>>): Levels =>
  Object.fromEntries(
    Object.entries(tensors).flatMap(([path, { data }]) =>
      isLevel(path) && data.length === 2
        ? [[path.slice(PREFIX.length), { now: data[0] as number, least: data[1] as number }]]
        : [],
    ),
  );
