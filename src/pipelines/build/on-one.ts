import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { RunContext } from '../context.js';
import { type LanePart, nodesOfPart } from '../plan/stages.js';
import { type LaneWork, laneWork } from './lane.js';
import { openResources } from './resources.js';
import { readEngine, tensorRuntime } from './tensor-runtime.js';

/** Opens what the parts of a lane need, hands over what they do to one item, and closes it again. */
export const withLane = <A>(
  parts: readonly LanePart[],
  run: RunContext,
  use: (work: LaneWork) => TE.TaskEither<Diagnostics, A>,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    TE.fromEither(readEngine(run.engine)),
    TE.chain((choice) => {
      const runtime = tensorRuntime(choice, run.chosen);
      const running = { ...run, openEngine: runtime.engine };
      return TE.bracket(
        openResources(parts.flatMap(nodesOfPart), running),
        (resources) => use(laneWork(parts, running, resources, runtime.get, 'told apart')),
        (resources) =>
          TE.fromTask(async () => {
            await resources.close();
            await runtime.close();
          }),
      );
    }),
  );
