import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { type LanePart, nodesOfPart } from '../../pipelines/plan/stages.js';
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

/** Opens a lane, hands over what it does to one item, and closes it again. */
export const withLane = <A>(
  parts: readonly LanePart[],
  run: RunContext,
  runtime: LazyRuntime,
  use: (work: LaneWork) => TE.TaskEither<Diagnostics, A>,
): TE.TaskEither<Diagnostics, A> =>
  TE.bracket(
    openLane(parts, run, runtime),
    ({ work }) => use(work),
    ({ close }) => TE.fromTask(close),
  );
