import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { type LanePart, nodesOfPart } from '../../pipelines/plan/stages.js';
import type { Item, ItemFailure } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import { openResources } from '../resources.js';
import { engineSourceOf } from '../tensors/engine-choice.js';
import { type LazyRuntime, tensorRuntime } from '../tensors/tensor-runtime.js';
import { type LaneWork, laneWork } from './lane.js';

/** Hands over the tensor runtime of a run, and ends its engine afterwards. */
export const withRuntime = <A>(
  { chosen, ...run }: Pick<RunContext, 'engine' | 'opened' | 'chosen'>,
  use: (runtime: LazyRuntime) => TE.TaskEither<Diagnostics, A>,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    TE.fromEither(engineSourceOf(run)),
    TE.chain((choice) =>
      TE.bracket(TE.right(tensorRuntime(choice, chosen)), use, (runtime) => TE.fromTask(runtime.close)),
    ),
  );

/** What the parts of a lane do to one item, and what must be closed after the last one. */
export interface OpenLane {
  readonly work: LaneWork;
  readonly close: () => Promise<void>;
}

/** Opens what the parts of a lane need. */
export const openLane = (
  parts: readonly LanePart[],
  run: RunContext,
  runtime: LazyRuntime,
): TE.TaskEither<Diagnostics, OpenLane> => {
  const running = { ...run, openEngine: runtime.engine };
  return pipe(
    openResources(parts.flatMap(nodesOfPart), running),
    TE.map((resources) => ({
      work: laneWork(parts, running, resources, runtime.get, 'told apart'),
      close: resources.close,
    })),
  );
};

/** One item, and what edits it. */
export interface ItemJob {
  readonly parts: readonly LanePart[];
  readonly run: RunContext;
  readonly item: Item<unknown>;
  /** Default: it is not stopped. */
  readonly signal?: AbortSignal;
}

/** What became of an item: its last value, or how it failed at an operator. */
export type ItemOutcome = E.Either<ItemFailure, unknown>;

/** Opens a lane, edits one item, and closes the lane again. Errors: those of opening it; how the item fares is in the result. */
export const editItemOn = (
  { parts, run, item, signal = new AbortController().signal }: ItemJob,
  runtime: LazyRuntime,
): TE.TaskEither<Diagnostics, ItemOutcome> =>
  TE.bracket(
    openLane(parts, run, runtime),
    ({ work }) => TE.fromTask(() => work(item, signal)),
    ({ close }) => TE.fromTask(close),
  );

/** Edits one item on an engine that is started for it alone. */
export const editItem = (job: ItemJob): TE.TaskEither<Diagnostics, ItemOutcome> =>
  withRuntime(job.run, (runtime) => editItemOn(job, runtime));
