import type * as tf from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Frame, HostTensor } from '../../ports/index.js';
import { type Engine, jit } from '../../tensor/index.js';
import type { TensorBehaviour } from '../behaviour.js';
import type { Step } from '../step.js';
import { frameFrom, valuesOf } from './frames.js';
import { firstKey, type Place, readParams, testContext } from './run.js';

const picture = (frame: Frame, from: 'samples' | 'alpha'): HostTensor => ({
  dtype: 'float32',
  shape: [frame.height, frame.width, from === 'alpha' ? 1 : frame.channels],
  data: Float32Array.from(from === 'alpha' ? valuesOf({ samples: frame.alpha! }) : valuesOf(frame)),
});

/**
 * Runs a tensor operator on a frame, compiled as in a run, and gives a float32 frame without any rounding or clipping;
 * for the others an error says so.
 */
export const runTensor = async (
  step: Step,
  photo: Frame,
  engine: Engine,
  { key = firstKey, ...place }: Place = {},
): Promise<E.Either<Diagnostics, Frame>> => {
  const behaviour = step.operator.behaviour as unknown as TensorBehaviour<unknown, unknown>;
  if (!('tensor' in behaviour))
    return E.left([failure('run/operator-threw', `${step.operator.name} is no tensor operator`)]);
  const { tensor } = behaviour;
  const params = readParams(step);
  const channels = tensor.channels ?? photo.channels;
  const shape = { height: photo.height, width: photo.width, channels };
  const becomes = tensor.shape?.(params, shape) ?? E.right(shape);
  if (E.isLeft(becomes)) return becomes;
  const t = await import('@tensorflow/tfjs');
  const ctx = testContext(place);
  const more = tensor.inputs?.(params, ctx.random(key), shape) ?? {};
  const run = async (from: 'samples' | 'alpha') => {
    const program = jit(
      ({ x, inputs }: { x: tf.Tensor3D; inputs: Record<string, tf.Tensor> }) => {
        const wide = from === 'samples' && x.shape[2] < channels ? t.tile(x, [1, 1, channels]) : x;
        return tensor.program(t, params, shape, undefined)(wide, inputs);
      },
      { name: step.operator.name, engine },
    );
    const result = await program({ x: picture(photo, from), inputs: more } as never)();
    program.dispose();
    return result as E.Either<Diagnostics, HostTensor>;
  };
  const colours = await run('samples');
  if (E.isLeft(colours)) return colours;
  const transparency = photo.alpha && tensor.geometry === true ? await run('alpha') : undefined;
  if (transparency !== undefined && E.isLeft(transparency)) return transparency;
  const [height = 0, width = 0, depth = 0] = colours.right.shape;
  const result = frameFrom({ width, height, channels: depth === 1 ? 1 : 3, depth: 'float32' }, () => 0);
  return E.right({
    ...result,
    samples: { depth: 'float32', data: colours.right.data as Float32Array },
    ...(transparency && {
      alpha: { depth: 'float32' as const, data: transparency.right.data as Float32Array },
    }),
  });
};
