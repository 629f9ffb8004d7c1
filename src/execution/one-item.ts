import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import { type LanePart, nodesOfPart } from '../pipelines/plan/stages.js';
import type { RunContext } from './context.js';
import { type LaneWork, laneWork } from './lane/lane.js';
import { openResources } from './resources.js';
import { type LazyRuntime, readEngine, tensorRuntime } from './tensors/tensor-runtime.js';

/** Hands over the tensor runtime of a run, and ends its engine afterwards. */
export const withRuntime = <A>(
  { engine, chosen }: Pick<RunContext, 'engine' | 'chosen'>,
  use: (runtime: LazyRuntime) => TE.TaskEither<Diagnostics, A>,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    TE.fromEither(readEngine(engine)),
    TE.chain((choice) =>
      TE.bracket(TE.right(tensorRuntime(choice, chosen)), use, (runtime) => TE.fromTask(runtime.close)),
    ),
  );

/** Opens what the parts of a lane need, hands over what they do to one item, and closes it again. */
export const withLane = <A>(
  parts: readonly LanePart[],
  run: RunContext,
  runtime: LazyRuntime,
  use: (work: LaneWork) => TE.TaskEither<Diagnostics, A>,
): TE.TaskEither<Diagnostics, A> => {
  const running = { ...run, openEngine: runtime.engine };
  return TE.bracket(
    openResources(parts.flatMap(nodesOfPart), running),
    (resources) => use(laneWork(parts, running, resources, runtime.get, 'told apart')),
    (resources) => TE.fromTask(resources.close),
  );
};
