import type { GraphBuilder, NodeId } from '../graph/index.js';
import type * as tf from '../tfjs.js';
import { scalarLike } from './dtypes.js';
import { type Call, operand, type Rules } from './rule.js';

/** (x - mean) / sqrt(variance + epsilon) · scale + offset, the statistics being given. */
const batchNorm = ({ b, on, attrs }: Call<tf.FusedBatchNormAttrs>): NodeId => {
  const [x, mean, variance] = [operand(on, 'x'), operand(on, 'mean'), operand(on, 'variance')];
  const [scale, offset] = [on.scale, on.offset];
  const shifted = b.binary('add', variance, b.fill(attrs.varianceEpsilon ?? 0.001));
  const deviation = b.unary('reciprocal', b.unary('sqrt', shifted));
  const factor = scale === undefined ? deviation : b.binary('mul', deviation, scale);
  const y = b.binary('mul', b.binary('sub', x, mean), factor);
  return offset === undefined ? y : b.binary('add', y, offset);
};

/** Sums over the channels within `radius` of each one: a product with a matrix of ones around its diagonal. */
const sumNeighbours = (b: GraphBuilder, x: NodeId, radius: number): NodeId => {
  const channels = b.shape(x).at(-1) ?? 1;
  const data = Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  const band = b.constant({ dtype: 'float32', shape: [channels, channels], data });
  return b.add('matmul', [x, band], { transposeA: false, transposeB: false });
};

/** bias + alpha · the sum of squares of the neighbouring channels. */
const energy = (b: GraphBuilder, x: NodeId, { depthRadius, bias, alpha }: tf.LRNAttrs): NodeId => {
  const sum = sumNeighbours(b, b.binary('mul', x, x), depthRadius);
  return b.binary('add', b.binary('mul', sum, b.fill(alpha)), b.fill(bias));
};

const lrn = ({ b, on, attrs }: Call<tf.LRNAttrs>): NodeId => {
  const x = operand(on, 'x');
  return b.binary('mul', x, b.binary('pow', energy(b, x, attrs), b.fill(-attrs.beta)));
};

const lrnGradient = ({ b, on, attrs }: Call<tf.LRNGradAttrs>): NodeId => {
  const [x, y, dy] = [operand(on, 'x'), operand(on, 'y'), operand(on, 'dy')];
  const e = energy(b, x, attrs);
  const own = b.binary('mul', dy, b.binary('pow', e, b.fill(-attrs.beta)));
  const spread = sumNeighbours(b, b.binary('div', b.binary('mul', dy, y), e), attrs.depthRadius);
  const others = b.binary('mul', b.binary('mul', x, spread), scalarLike(b, x, 2 * attrs.alpha * attrs.beta));
  return b.binary('sub', own, others);
};

export const normaliseRules = {
  FusedBatchNorm: batchNorm,
  LRN: lrn,
  LRNGrad: lrnGradient,
} satisfies Partial<Rules>;
