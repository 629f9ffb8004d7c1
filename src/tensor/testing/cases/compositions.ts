import fc from 'fast-check';
import type { HostTensor } from '../../../ports/index.js';
import {
  batchNorm,
  gelu,
  instanceNorm,
  layerNorm,
  type PadMode,
  pad2d,
  pixelShuffle,
  pixelUnshuffle,
  type ResizeOptions,
  resize2d,
} from '../../layers/index.js';
import * as tf from '../../tfjs.js';
import type { Case, Tensors } from '../agree.js';
import { floats, imageShape, shape, size } from '../tensors.js';
import { either, program } from './programs.js';

type Four = [number, number, number, number];

const image = (t: tf.Tensor | undefined): tf.Tensor4D => t as tf.Tensor4D;

/** A picture of at least two pixels a side and two channels: normalised, one pixel is 0 whatever it was. */
const picture = fc.tuple(
  size(2),
  fc.integer({ min: 2, max: 6 }),
  fc.integer({ min: 2, max: 6 }),
  fc.integer({ min: 2, max: 4 }),
);

const perChannel = (channels: number) => ({ scale: floats([channels]), offset: floats([channels]) });

const normalised = (f: (x: tf.Tensor4D, scale: tf.Tensor, offset: tf.Tensor) => tf.Tensor): Case =>
  either(
    picture.chain((x) =>
      program(
        { x: floats(x), ...perChannel(x[3]) },
        (given) => f(image(given.x), given.scale!, given.offset!),
        ['x', 'scale', 'offset'],
      ),
    ),
  );

const padded = (mode: PadMode): Case =>
  either(
    fc.tuple(imageShape(), fc.array(fc.nat(3), { minLength: 4, maxLength: 4 })).chain(([x, given]) => {
      const most = (side: number): number => (mode === 'reflect' ? x[side]! - 1 : x[side]!);
      const [top, bottom, left, right] = given.map((p, i) => Math.min(p, most(i < 2 ? 1 : 2))) as Four;
      return program(
        { x: floats(x) },
        (t) =>
          pad2d(
            image(t.x),
            [
              [top, bottom],
              [left, right],
            ],
            mode,
          ),
        ['x'],
      );
    }),
  );

const resized = (options: ResizeOptions): Case =>
  either(
    fc
      .tuple(imageShape(6, 2), size(11), size(11))
      .chain(([x, height, width]) =>
        program({ x: floats(x) }, (t) => resize2d(image(t.x), [height, width], options), ['x']),
      ),
  );

/** A critic: two strided convolutions with leaky ReLU, the second with instance norm between, and a sum. */
const critic = (x: tf.Tensor4D, w: Tensors): tf.Tensor1D => {
  const first = tf.leakyRelu(tf.conv2d(x, w.first as tf.Tensor4D, 1, 'same'), 0.2);
  const second = instanceNorm(tf.conv2d(first, w.second as tf.Tensor4D, 2, 'same'));
  return tf.sum(tf.mul(tf.leakyRelu(second, 0.2), w.last!), [1, 2, 3]);
};

/** The gradient penalty of WGAN-GP (Gulrajani et al., arXiv 1704.00028): mean((|∇critic(x)| - 1)²). */
const gradientPenalty = ({ x, ...weights }: Tensors): tf.Tensor => {
  const slope = tf.grad((y: tf.Tensor) => tf.sum(critic(y as tf.Tensor4D, weights)))(x!);
  const norms = tf.sqrt(tf.add(tf.sum(tf.square(slope), [1, 2, 3]), 1e-6));
  return tf.mean(tf.square(tf.sub(norms, 1)));
};

const wganGp = fc
  .tuple(size(2), fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 }))
  .chain(([n, h, w]) => {
    const half = [Math.ceil(h / 2), Math.ceil(w / 2)];
    return program(
      {
        x: floats([n, h, w, 2]),
        first: floats([3, 3, 2, 3], { min: -0.6, max: 0.6 }),
        second: floats([3, 3, 3, 4], { min: -0.6, max: 0.6 }),
        last: floats([1, ...half, 4]),
      },
      gradientPenalty,
      ['x', 'first', 'second', 'last'],
    );
  });

const separable = fc.tuple(imageShape(6, 3), size(3), size(2), size(4)).chain(([x, k, multiplier, outputs]) =>
  program(
    {
      x: floats(x),
      depthwise: floats([k, k, x[3], multiplier]),
      pointwise: floats([1, 1, x[3] * multiplier, outputs]),
    },
    (t) => tf.separableConv2d(image(t.x), image(t.depthwise), t.pointwise as tf.Tensor4D, 1, 'same'),
    ['x', 'depthwise', 'pointwise'],
  ),
);

const transposed = fc
  .tuple(imageShape(4, 3), fc.constantFrom(2, 3, 4), fc.constantFrom(1, 2), size(3))
  .chain(([[n, h, w, c], k, stride, outputs]) =>
    program(
      { x: floats([n, h, w, c]), filter: floats([k, k, outputs, c]) },
      (t) =>
        tf.conv2dTranspose(image(t.x), image(t.filter), [n, h * stride, w * stride, outputs], stride, 'same'),
      ['x', 'filter'],
    ),
  );

// Differentiated, tfjs takes the fused operations apart, but for the linear one.
const activation = fc.constantFrom(
  'linear',
  'elu',
  'leakyrelu',
  'sigmoid',
  'relu',
) as fc.Arbitrary<tf.fused.Activation>;

const fusedConvolution = fc
  .tuple(imageShape(6, 3), size(3), size(4), activation)
  .chain(([x, k, outputs, act]) =>
    program(
      { x: floats(x), filter: floats([k, k, x[3], outputs]), bias: floats([outputs]) },
      (t) =>
        tf.fused.conv2d({
          x: image(t.x),
          filter: image(t.filter),
          strides: 1,
          pad: 'same',
          bias: t.bias!,
          activation: act,
          leakyreluAlpha: 0.2,
        }),
      ['x', 'filter', 'bias'],
    ),
  );

const fusedProduct = fc
  .tuple(size(), size(), size(), activation)
  .chain(([rows, inner, columns, act]) =>
    program(
      { a: floats([rows, inner]), b: floats([inner, columns]), bias: floats([columns]) },
      (t) => tf.fused.matMul({ a: t.a!, b: t.b!, bias: t.bias!, activation: act, leakyreluAlpha: 0.2 }),
      ['a', 'b', 'bias'],
    ),
  );

/** What tfjs makes of several kernels, with a gradient of its own. */
const ownGradient = (f: (x: tf.Tensor) => tf.Tensor): Case =>
  either(shape(1, 3).chain((dims) => program({ x: floats(dims) }, (t) => f(t.x!), ['x'])));

const positive = (dims: readonly number[]): fc.Arbitrary<HostTensor> => floats(dims, { min: 0.3, max: 3 });

/** Programs of several kernels: our layers, tfjs's composed operations, and a gradient of a gradient. */
export const compositions = {
  'batchNorm with given statistics': either(
    picture.chain((x) =>
      program(
        { x: floats(x), mean: floats([x[3]]), variance: positive([x[3]]), ...perChannel(x[3]) },
        (t) => batchNorm(t.x!, { mean: t.mean!, variance: t.variance! }, t.scale, t.offset),
        ['x', 'mean', 'variance', 'scale', 'offset'],
      ),
    ),
  ),
  conv2dTranspose: either(transposed),
  'fused conv2d': either(fusedConvolution),
  'fused matMul': either(fusedProduct),
  'gelu by erf': ownGradient((x) => gelu(x)),
  'gelu by tanh': ownGradient((x) => gelu(x, 'tanh')),
  instanceNorm: normalised((x, scale, offset) => instanceNorm(x, scale, offset, 1e-3)),
  layerNorm: normalised((x, scale, offset) => layerNorm(x, scale, offset, 1e-3)),
  logSoftmax: ownGradient((x) => tf.logSoftmax(x)),
  logSumExp: ownGradient((x) => tf.logSumExp(x, -1)),
  'pad2d constant': padded('constant'),
  'pad2d edge': padded('edge'),
  'pad2d reflect': padded('reflect'),
  'pad2d symmetric': padded('symmetric'),
  'pad2d wrap': padded('wrap'),
  'pixelShuffle and back': either(
    fc
      .tuple(imageShape(3, 2), fc.constantFrom(2, 3))
      .chain(([[n, h, w, c], r]) =>
        program(
          { x: floats([n, h, w, c * r * r]), y: floats([n, h * r, w * r, c]) },
          (t) => [pixelShuffle(image(t.x), r), pixelUnshuffle(image(t.y), r)],
          ['x', 'y'],
        ),
      ),
  ),
  'resize2d align': resized({ corners: 'align' }),
  'resize2d half-pixel': resized({}),
  'resize2d nearest': resized({ method: 'nearest' }),
  'resize2d top-left': resized({ corners: 'top-left' }),
  separableConv2d: either(separable),
  'the gradient penalty of WGAN-GP': { ...either(wganGp), tolerance: 2e-5 },
} as const satisfies Readonly<Record<string, Case>>;
