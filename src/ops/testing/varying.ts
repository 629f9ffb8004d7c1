import * as E from 'fp-ts/lib/Either.js';
import type { Step } from '../../operator/step.js';
import type { Frame } from '../../ports/index.js';
import type { Engine } from '../../tensor/index.js';
import { itemOf, runMap } from './run.js';
import { prepareTensor } from './run-tensor.js';

/** An operator with random choices, on a photo as some item of some pass. Throws where the operator fails. */
export type Varying = (photo: Frame, index?: number, epoch?: number) => Promise<Frame>;

/** A tensor operator or one that maps frames, compiled once for all items. */
export const varying = (step: Step, engine: Engine): Varying => {
  const run =
    step.operator.behaviour.kind === 'tensor'
      ? prepareTensor(step, engine)
      : (photo: Frame, key = itemOf(0).key) => runMap(step, photo, { key });
  return async (photo, index = 0, epoch = 0) => {
    const result = await run(photo, { ...itemOf(0, index).key, epoch });
    if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join());
    return result.right;
  };
};
