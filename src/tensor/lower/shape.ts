import * as tf from '@tensorflow/tfjs';
import { elementCount } from '../graph/index.js';
import { operand, type Rule } from './rule.js';

export const shapeRules = {
  Reshape: (({ b, on, attrs }) => {
    const x = operand(on, 'x');
    return b.reshape(x, tf.util.inferFromImplicitShape(attrs.shape, elementCount(b.shape(x))));
  }) as Rule<tf.ReshapeAttrs>,
  Transpose: (({ b, on, attrs }) => b.transpose(operand(on, 'x'), attrs.perm)) as Rule<tf.TransposeAttrs>,
} as const;
