import type { Task } from 'fp-ts/lib/Task.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { builtIn } from '../../ops/index.js';
import { type LanePart, type LaneStage, nodesOfPart } from '../../pipelines/plan/stages.js';
import type { Frame, Item } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import type { Resources } from '../resources.js';
import type { TensorRuntime } from '../tensors/tensor-runtime.js';
import { laneWork } from './lane.js';

/** Grey, and so small that it is done at once, but with room for what looks around itself. */
const picture: Item<Frame> = {
  key: { path: 'warm-up', index: 0, epoch: 0 },
  value: {
    width: 192,
    height: 128,
    channels: 3,
    samples: { depth: 'uint8', data: new Uint8Array(192 * 128 * 3).fill(128) },
    metadata: { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false },
  },
};

/**
 * Lets the operators that change pictures work on a small one, so that libraries are loaded, the engine runs and the
 * recording of programs is compiled itself before the first photo comes. What fails here, such as a crop of more than there
 * is, says nothing of photos.
 */
export const warmUp =
  (
    { parts }: LaneStage,
    run: RunContext,
    resources: Resources,
    tensors: TE.TaskEither<Diagnostics, TensorRuntime>,
  ): Task<void> =>
  async () => {
    const quiet: RunContext = {
      ...run,
      laws: false,
      warn: () => () => undefined,
      noted: () => () => undefined,
      receipt: () => () => undefined,
    };
    for (const part of parts.filter(isPure))
      await laneWork([part], quiet, resources, tensors, 'told apart')(picture, new AbortController().signal);
  };

/** Other people's operators may do more than give a picture. */
const isPure = (part: LanePart): boolean =>
  part.kind === 'tensor' ||
  nodesOfPart(part).every(
    ({ operator, input, output }) =>
      builtIn.get(operator.name) === operator && input.kind === 'frame' && output.kind === 'frame',
  );
