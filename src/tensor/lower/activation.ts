import type { GraphBuilder, NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { convert, float, scalarLike } from './dtypes.js';
import { operand, type Rules, UnsupportedError } from './rule.js';

const { SELU_SCALE, SELU_SCALEALPHA } = tf.backend_util;

/** alpha·x below 0, x above. */
export const prelu = (b: GraphBuilder, x: NodeId, alpha: NodeId): NodeId => {
  const below = b.binary('min', x, scalarLike(b, x, 0));
  return b.binary('add', b.unary('relu', x), b.binary('mul', alpha, below));
};

/** What follows a fused convolution or matrix product. */
export interface Activation {
  readonly activation?: tf.fused.Activation | null;
  readonly leakyreluAlpha?: number;
}

/** Applies the activation of a fused kernel; `alpha` is the operand of PReLU, in a shape that broadcasts. */
export const activate = (
  b: GraphBuilder,
  x: NodeId,
  { activation, leakyreluAlpha }: Activation,
  alpha: NodeId | undefined,
): NodeId => {
  switch (activation) {
    case undefined:
    case null:
    case 'linear':
      return x;
    case 'relu':
      return b.unary('relu', x);
    case 'relu6':
      return b.add('clip', [x], { min: 0, max: 6 });
    case 'elu':
      return b.add('elu', [x], { alpha: 1 });
    case 'leakyrelu':
      return b.add('leakyRelu', [x], { alpha: leakyreluAlpha ?? 0.2 });
    case 'prelu':
      if (alpha === undefined) throw new UnsupportedError('prelu without its weights');
      return prelu(b, x, alpha);
    case 'sigmoid':
      return b.unary('sigmoid', x);
    default:
      throw new UnsupportedError(`activation '${String(activation)}'; apply it after the operation`);
  }
};

export const activationRules = {
  Elu: ({ b, on }) => b.add('elu', [float(b, operand(on, 'x'))], { alpha: 1 }),
  EluGrad: ({ b, on }) => {
    const [dy, y] = [operand(on, 'dy'), operand(on, 'y')];
    const slope = b.binary('add', b.binary('min', y, scalarLike(b, y, 0)), scalarLike(b, y, 1));
    return b.binary('mul', dy, slope);
  },
  LeakyRelu: ({ b, on, attrs }) => b.add('leakyRelu', [float(b, operand(on, 'x'))], { alpha: attrs.alpha }),
  Prelu: ({ b, on }) => prelu(b, float(b, operand(on, 'x')), float(b, operand(on, 'alpha'))),
  Relu: ({ b, on }) => b.unary('relu', operand(on, 'x')),
  Relu6: ({ b, on }) => b.add('clip', [operand(on, 'x')], { min: 0, max: 6 }),
  Selu: ({ b, on }) => {
    const x = operand(on, 'x');
    const y = b.add('elu', [float(b, x)], { alpha: SELU_SCALEALPHA / SELU_SCALE });
    return convert(b, b.binary('mul', y, b.fill(SELU_SCALE)), b.dtype(x));
  },
  Sigmoid: ({ b, on }) => b.unary('sigmoid', float(b, operand(on, 'x'))),
  Softmax: ({ b, on, attrs }) => {
    const x = float(b, operand(on, 'logits'));
    const rank = b.shape(x).length;
    return b.add('softmax', [x], { axis: attrs.dim < 0 ? attrs.dim + rank : attrs.dim });
  },
  Softplus: ({ b, on }) => {
    const x = operand(on, 'x');
    return convert(b, b.unary('softplus', float(b, x)), b.dtype(x));
  },
  Step: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const positive = b.compare('greater', x, scalarLike(b, x, 0));
    const other = scalarLike(b, x, attrs.alpha);
    const step =
      attrs.alpha === 0 ? b.cast(positive, b.dtype(x)) : b.select(positive, scalarLike(b, x, 1), other);
    return b.dtype(x) === 'float32' ? b.select(b.unary('isNaN', x), x, step) : step;
  },
  Tanh: ({ b, on }) => b.unary('tanh', float(b, operand(on, 'x'))),
} satisfies Partial<Rules>;
