import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import { type Fields, integer, number, required } from '../../operator/params/index.js';
import { defineOp, type Op } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { type Frame, type FramePort, frame, type Item, type Metadata } from '../../ports/index.js';
import { contextOf, defaultContext, type RunContext } from '../context.js';
import { type LoadedMember, tensorGroup } from './tensor-group.js';
import { tensorRuntime } from './tensor-runtime.js';

const runtime = tensorRuntime('cpu');
afterAll(runtime.close);

const scale = defineOp({
  name: 'scale',
  about: 'Multiply',
  params: { by: required(number(), 'Factor') },
  main: 'by',
  input: frame,
  output: frame,
  tensor: {
    program:
      (tf, { by }) =>
      (picture) =>
        tf.mul(picture, by),
  },
});

const mirror = defineOp({
  name: 'mirror',
  about: 'Swap left and right',
  params: {},
  input: frame,
  output: frame,
  tensor: { geometry: true, program: (tf) => (picture) => tf.reverse(picture, 1) },
});

const cut = defineOp({
  name: 'cut',
  about: 'Keep the left columns',
  params: { width: required(integer({ min: 1 }), 'Columns') },
  main: 'width',
  input: frame,
  output: frame,
  tensor: {
    geometry: true,
    shape: ({ width }, shape) =>
      shape.width >= width
        ? E.right({ ...shape, width })
        : E.left([failure('value/invalid', `It is ${shape.width} wide.`)]),
    program:
      (tf, { width }, { height, channels }) =>
      (picture) =>
        tf.slice(picture, [0, 0, 0], [height, width, channels]),
  },
});

const shiftBlue = defineOp({
  name: 'shift-blue',
  about: 'Add to blue what the item draws',
  params: {},
  input: frame,
  output: frame,
  random: () => true,
  tensor: {
    channels: 3,
    inputs: (_, random) => ({
      by: { dtype: 'float32', shape: [], data: Float32Array.of(random.uniform('by')) },
    }),
    program:
      (tf) =>
      (picture, { by }) =>
        tf.add(picture, tf.mul(tf.tensor1d([0, 0, 1]), by ?? 0)),
  },
});

const liar = defineOp({
  name: 'liar',
  about: 'Give another size than declared',
  params: {},
  input: frame,
  output: frame,
  tensor: { program: (tf) => (picture) => tf.concat([picture, picture], 0) },
});

const run: RunContext = { ...defaultContext(3), jobs: 1 };

const member = <F extends Fields, M>(
  op: Op<F, M, FramePort, FramePort>,
  params: unknown,
  path: string,
): LoadedMember => {
  const { operator } = op;
  const decoded = operator.params.codec.decode(params);
  if (E.isLeft(decoded) || operator.behaviour.kind !== 'tensor') throw new Error('no such step');
  const node: GraphNode = {
    path,
    operator,
    params: decoded.right,
    written: params,
    reads: {},
    input: frame,
    output: frame,
    spanOf: () => undefined,
  };
  return { node, tensor: operator.behaviour.tensor, context: contextOf(run, path), loaded: undefined };
};

const metadata: Metadata = {
  bits: 8,
  model: 'rgb',
  orientation: 1,
  pages: 1,
  palette: false,
  lossless: true,
};

const key = { path: 'a.png', index: 5, epoch: 0 };

const through = async (members: readonly LoadedMember[], value: Frame): Promise<Frame> => {
  const item: Item<Frame> = { key, value };
  const result = await tensorGroup(members, runtime.get)(item, new AbortController().signal)();
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return result.right;
};

const grey = (width: number, height: number, data: Uint8Array | Uint16Array | Float32Array): Frame => ({
  width,
  height,
  channels: 1,
  samples:
    data instanceof Uint8Array
      ? { depth: 'uint8', data }
      : data instanceof Uint16Array
        ? { depth: 'uint16', data }
        : { depth: 'float32', data },
  metadata,
});

describe('tensorGroup', () => {
  it('keeps 8-bit samples exactly when nothing happens to them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 12, maxLength: 12 }), async (data) => {
        const { samples } = await through(
          [member(mirror, {}, 'a'), member(mirror, {}, 'b')],
          grey(4, 3, data),
        );
        expect(samples).toEqual({ depth: 'uint8', data });
      }),
      { numRuns: 20 },
    );
  });

  it('keeps every 16-bit level', async () => {
    const data = Uint16Array.from({ length: 65536 }, (_, level) => level);
    const { samples } = await through([member(scale, { by: 1 }, 'a')], grey(256, 256, data));
    expect(samples.data).toEqual(data);
  });

  it('rounds and clamps whole numbers, and leaves floats beyond 0..1', async () => {
    const bright = [member(scale, { by: 2 }, 'a')];
    const eight = await through(bright, grey(4, 1, Uint8Array.of(0, 1, 100, 200)));
    expect(eight.samples.data).toEqual(Uint8Array.of(0, 2, 200, 255));
    const floats = await through(bright, grey(2, 1, Float32Array.of(0.25, 0.75)));
    expect(floats.samples).toEqual({ depth: 'float32', data: Float32Array.of(0.5, 1.5) });
  });

  it('moves the transparency with the pixels, and leaves it alone otherwise', async () => {
    const picture: Frame = {
      ...grey(3, 1, Uint8Array.of(10, 20, 30)),
      alpha: { depth: 'uint8', data: Uint8Array.of(1, 2, 3) },
    };
    const moved = await through(
      [member(mirror, {}, 'a'), member(scale, { by: 2 }, 'b'), member(cut, 2, 'c')],
      picture,
    );
    expect(moved.samples.data).toEqual(Uint8Array.of(60, 40));
    expect(moved.alpha?.data).toEqual(Uint8Array.of(3, 2));
    expect([moved.width, moved.height]).toEqual([2, 1]);
    expect(picture.samples.data).toEqual(Uint8Array.of(10, 20, 30));
  });

  it('gives a grey picture colours where an operator needs them, and each item its own numbers', async () => {
    const shifted = await through([member(shiftBlue, {}, 'a')], grey(1, 1, Float32Array.of(0.25)));
    const drawn = contextOf(run, 'a').random(key).uniform('by');
    expect(shifted.channels).toBe(3);
    expect(Array.from(shifted.samples.data)).toEqual([0.25, 0.25, expect.closeTo(0.25 + drawn, 5)]);
  });

  it('refuses a picture that an operator cannot take', async () => {
    await expect(through([member(cut, 9, 'a')], grey(2, 1, Uint8Array.of(1, 2)))).rejects.toThrow(
      'It is 2 wide.',
    );
  });

  it('refuses a result of another shape than declared', async () => {
    await expect(through([member(liar, {}, 'a')], grey(2, 1, Uint8Array.of(1, 2)))).rejects.toThrow(
      'liar gave uint8 [2,2,1] where it declares uint8 [1,2,1].',
    );
  });
});
