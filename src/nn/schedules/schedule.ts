/** A schedule as cycles, each of which gives a snapshot. */
export interface Cycles {
  /** Steps of each cycle, whole numbers from 1; one cycle at least. */
  readonly cycles: readonly number[];
  /** What the full rate is multiplied by, 0..1, at a step of a cycle. @param place from 0 @param cycle from 0 */
  readonly multiplier: (place: number, length: number, cycle: number) => number;
}

/** How the learning rate goes over a training. */
export type Schedule =
  /**
   * Warm restarts (SGDR; Loshchilov & Hutter 2017): `cycles` half cosines, the first of `first` steps, each `factor`
   * times as long as the one before. At the end of each the rate is `floor` times the full one.
   */
  | {
      readonly kind: 'restarts';
      readonly first: number;
      readonly factor: number;
      readonly cycles: number;
      readonly floor: number;
    }
  /** One half cosine over all steps. */
  | { readonly kind: 'cosine'; readonly steps: number; readonly floor: number }
  /** Times `factor` after every `every` steps. */
  | { readonly kind: 'step'; readonly steps: number; readonly every: number; readonly factor: number }
  | { readonly kind: 'constant'; readonly steps: number }
  /** One of a plugin. */
  | ({ readonly kind: 'own' } & Cycles);

/** What a schedule says about one step. */
export interface Moment {
  /** What the full rate is multiplied by, 0..1. */
  readonly multiplier: number;
  /** Cycle of the restarts, from 0; 0 with other schedules. */
  readonly cycle: number;
  /** Steps of this cycle, or of the whole schedule. */
  readonly length: number;
  /** True at the last step of a cycle. */
  readonly ends: boolean;
}

/** The lengths of the cycles in steps, whole numbers from 1. */
export const cycleLengths = (schedule: Schedule): readonly number[] =>
  schedule.kind === 'own'
    ? schedule.cycles
    : schedule.kind === 'restarts'
      ? Array.from({ length: schedule.cycles }, (_, i) =>
          Math.max(1, Math.round(schedule.first * schedule.factor ** i)),
        )
      : [schedule.steps];

/** Steps of a whole schedule. */
export const totalSteps = (schedule: Schedule): number =>
  cycleLengths(schedule).reduce((sum, length) => sum + length, 0);

const halfCosine = (place: number, length: number, floor: number): number =>
  floor + ((1 - floor) * (1 + Math.cos((Math.PI * place) / length))) / 2;

/**
 * What a schedule says about a step.
 *
 * @param step from 0; steps after the last are like the last
 */
export const momentAt = (schedule: Schedule, step: number): Moment => {
  const lengths = cycleLengths(schedule);
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  const within = Math.min(step, totalSteps(schedule) - 1);
  const cycle = starts.findLastIndex((start) => start <= within);
  const length = lengths[cycle]!;
  const place = within - starts[cycle]!;
  return {
    multiplier: multiplierAt(schedule, place, length, cycle),
    cycle,
    length,
    ends: place === length - 1,
  };
};

const multiplierAt = (schedule: Schedule, place: number, length: number, cycle: number): number => {
  switch (schedule.kind) {
    case 'restarts':
    case 'cosine':
      return halfCosine(place, length, schedule.floor);
    case 'step':
      return schedule.factor ** Math.floor(place / schedule.every);
    case 'constant':
      return 1;
    case 'own':
      return schedule.multiplier(place, length, cycle);
  }
};
