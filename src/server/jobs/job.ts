import type { EditStep } from '../../execution/editing/editor.js';
import { ITEM_STATES, type ItemState } from './item.js';

/** How many items of a job are in each state. */
export type Counts = Readonly<Record<ItemState, number>>;

/** A job as it is kept. What can be derived (its state) is not kept. */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** Who made it: a token's id, or `local` where none is needed. */
  readonly owner: string;
  readonly edits: readonly [EditStep, ...EditStep[]];
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
  /** When work on its first item began. */
  readonly started?: number;
  /** When its last item was settled. */
  readonly ended?: number;
  /** When it and its results are deleted: known when it has ended. */
  readonly expires?: number;
  readonly counts: Counts;
  /** Counts up with every change; items carry that of their last one. */
  readonly revision: number;
  readonly isCancelled: boolean;
  /** Bytes of its results. */
  readonly bytes: number;
  readonly webhook?: { readonly url: string };
  /** Under which key it was asked for, so that the key goes with it. */
  readonly idempotency?: string;
}

export type JobState = 'waiting' | 'working' | 'done' | 'cancelled';

export const NO_ITEMS: Counts = { waiting: 0, working: 0, done: 0, failed: 0, cancelled: 0 };

/** All items of a job. */
export const totalOf = (counts: Counts): number => ITEM_STATES.reduce((sum, state) => sum + counts[state], 0);

/** Items that are not settled. */
export const openOf = ({ waiting, working }: Counts): number => waiting + working;

/** The state of a job, by its items. */
export const stateOf = ({ isCancelled, counts }: Pick<Job, 'isCancelled' | 'counts'>): JobState => {
  if (isCancelled) return 'cancelled';
  if (openOf(counts) === 0) return 'done';
  return counts.waiting === totalOf(counts) ? 'waiting' : 'working';
};

/** Counts after an item went from one state to another. */
export const moved = (counts: Counts, from: ItemState, to: ItemState): Counts => {
  const less = { ...counts, [from]: counts[from] - 1 };
  return { ...less, [to]: less[to] + 1 };
};

/** Settled items that an estimate looks back on. */
const REMEMBERED = 32;

/** When the last items of a job were settled, in milliseconds, oldest first. */
export type Pace = readonly number[];

/** The pace after another item was settled. */
export const withSettled = (pace: Pace, now: number): Pace => [...pace.slice(1 - REMEMBERED), now];

/**
 * Seconds until the open items of a job are settled, by the pace of the last ones; undefined before two of them were.
 *
 * @param open items that are not settled
 */
export const secondsLeft = (pace: Pace, open: number): number | undefined => {
  const [first, last] = [pace[0], pace.at(-1)];
  if (open === 0) return 0;
  if (pace.length < 2 || first === undefined || last === undefined) return undefined;
  return Math.ceil(((last - first) / (pace.length - 1) / 1000) * open);
};
