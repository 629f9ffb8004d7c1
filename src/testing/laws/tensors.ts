import * as E from 'fp-ts/lib/Either.js';
import type { Frame, HostTensor } from '../../ports/index.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { withDepth } from '../arbitraries/frames.js';
import { differenceOfRuns } from './difference.js';
import { isFrame, type Law, mapFeeds, moot, toleranceOf, unless, valuesIn } from './law.js';

/** The compiled program and tfjs's own kernels compute the same. */
const engines = {
  name: 'is the same on every engine',
  applies: ({ operator }) => operator.behaviour.kind === 'tensor',
  costly: true,
  check: async (trial) => {
    const items = (trial.feeds.items ?? []).slice(0, 1);
    const feeds = mapFeeds({ items }, (value) => (isFrame(value) ? withDepth(value, 'float32') : value));
    const compiled = await trial.run({ feeds });
    if (valuesIn(compiled).length === 0) return moot;
    const found = differenceOfRuns(
      compiled,
      await trial.run({ feeds, engine: 'oracle' }),
      10 * toleranceOf(trial.subject),
    );
    return unless(
      found === undefined
        ? undefined
        : `compiled, and by tfjs's own kernels, it gives different pictures: ${found}`,
    );
  },
} as const satisfies Law;

/** Values that all differ, away from 0 and 1, where pixel work has its corners. */
const rough = ({ width, height, channels }: Frame): HostTensor => ({
  dtype: 'float32',
  shape: [height, width, channels],
  data: Float32Array.from(
    { length: width * height * channels },
    (_, i) => 0.08 + 0.84 * ((i * 0.6180339887) % 1),
  ),
});

/** How far a slope may be from the difference that it stands for, relative to the larger of them and 1. */
const SLOPE = 1e-3;

/** Pixels above which central differences take too long in a test. */
const MOST_VALUES = 300;

/** The gradient by the picture, which training through the operator needs, is the slope of what it computes. */
const gradients = {
  name: 'has the gradient of what it computes',
  applies: ({ operator }) => operator.behaviour.kind === 'tensor',
  costly: true,
  check: async (trial) => {
    const { operator, params, context } = await trial.placed();
    const [outcome] = (trial.feeds.items ?? []).filter(E.isRight);
    const photo = outcome?.right.value;
    if (operator.behaviour.kind !== 'tensor' || outcome === undefined || !isFrame(photo)) return moot;
    const { tensor } = operator.behaviour;
    const channels = tensor.channels === 3 ? 3 : photo.channels;
    const picture = rough({ ...photo, channels });
    if (trial.subject.laws.differentiable?.(params) === false) return moot;
    if (tensor.load !== undefined || picture.data.length > MOST_VALUES) return moot;
    const shape = { height: photo.height, width: photo.width, channels };
    if (E.isLeft(tensor.shape?.(params, shape) ?? E.right(shape))) return moot;
    const inputs = tensor.inputs?.(params, context.random(outcome.right.key), shape) ?? {};
    // Loaded when it is needed: operators without tensors are tested without tfjs.
    const [tf, { differenceError }] = await Promise.all([
      import('../../tensor/tfjs.js'),
      import('./finite-differences.js'),
    ]);
    const error = differenceError({
      inputs: { ...inputs, picture },
      by: ['picture'],
      run: ({ picture: given, ...others }) =>
        tensor.program(tf, params, shape, undefined)(given as Tensor3D, others),
    });
    return unless(
      error <= SLOPE
        ? undefined
        : `its gradient by the picture is off by ${error.toExponential(1)} from central differences; if it is not smooth on purpose, declare \`laws: { differentiable: () => false }\``,
    );
  },
} as const satisfies Law;

export const tensors = [engines, gradients] as const satisfies readonly Law[];
