import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { spread, toDepth } from '../../image/samples/samples.js';
import { QUANTISATION_FEATURES, quantisationFeatures } from '../../nn/quantisation.js';
import type { Batch, Frame, HostTensor, ItemKey, Pair, Unpaired } from '../../ports/index.js';

/** What `gan.step` learns from. */
export type TrainingBatch = Batch<Pair<Frame, Frame> | Unpaired<Frame, Frame>>;

/** Pictures of one step by what they are, each `[N, height, width, 3]` float32 in 0..1. */
export type ExampleTensors = Readonly<Record<string, HostTensor<'float32'>>>;

const named = (value: Pair<Frame, Frame> | Unpaired<Frame, Frame>): Readonly<Record<string, Frame>> =>
  'from' in value ? { from: value.from, to: value.to } : { a: value.a.value, b: value.b.value };

/** The pictures of a batch as tensors. Error: `training/sizes` when they are not all of one size. */
export const exampleTensors = ({ items }: TrainingBatch): E.Either<Diagnostics, ExampleTensors> => {
  const frames = items.map(({ value }) => named(value));
  const [first] = frames.flatMap(Object.values<Frame>);
  const odd = frames
    .flatMap(Object.values<Frame>)
    .find(({ width, height }) => width !== first?.width || height !== first.height);
  if (first === undefined || odd !== undefined)
    return E.left([
      failure(
        'training/sizes',
        first === undefined || odd === undefined
          ? 'A batch without pictures cannot be learned from.'
          : `Pictures of ${first.width}x${first.height} and of ${odd.width}x${odd.height} pixels are in one batch.`,
      ),
    ]);
  return E.right(
    Object.fromEntries(
      Object.keys(frames[0]!).map((name) => [name, stacked(frames.map((each) => each[name]!))]),
    ),
  );
};

const stacked = (frames: readonly Frame[]): HostTensor<'float32'> => {
  const { width, height } = frames[0]!;
  const length = width * height * 3;
  const data = new Float32Array(frames.length * length);
  for (const [i, { samples, channels }] of frames.entries()) {
    const values = toDepth(samples, 'float32');
    data.set(channels === 1 ? spread(values) : values, i * length);
  }
  return { dtype: 'float32', shape: [frames.length, height, width, 3], data };
};

/** What a network that reads tables is told of the pictures of a batch that it is to restore, `[N, features]`. */
export const quantisationOf = ({ items }: TrainingBatch): HostTensor<'float32'> => {
  const each = items.map(({ value }) =>
    quantisationFeatures('from' in value ? value.from.metadata.quantisation : undefined),
  );
  const data = new Float32Array(each.length * QUANTISATION_FEATURES);
  for (const [i, features] of each.entries()) data.set(features, i * QUANTISATION_FEATURES);
  return { dtype: 'float32', shape: [each.length, QUANTISATION_FEATURES], data };
};

/** Names of the examples of a batch, for people. */
export const namesOf = ({ items }: TrainingBatch): readonly string[] => items.map(({ key }) => key.path);

/** The last items that a batch holds. */
export const positionOf = ({ items }: TrainingBatch): Readonly<Record<string, ItemKey>> => {
  const last = items.at(-1)!;
  return 'a' in last.value ? { a: last.value.a.key, b: last.value.b.key } : { items: last.key };
};
