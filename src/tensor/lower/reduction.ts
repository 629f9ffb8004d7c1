import * as tf from '@tensorflow/tfjs';
import type { NodeId, ReduceFn } from '../graph/index.js';
import { type Call, operand, type Rule } from './rule.js';

interface ReduceAttrs {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

const axesOf = ({ b, attrs }: Call<ReduceAttrs>, x: NodeId): number[] =>
  tf.util.parseAxisParam(attrs.axis, [...b.shape(x)]);

const reduction =
  (fn: ReduceFn): Rule<ReduceAttrs> =>
  (call) => {
    const x = operand(call.on, 'x');
    return call.b.reduce(fn, x, axesOf(call, x), call.attrs.keepDims);
  };

export const reductionRules = {
  Mean: (call: Call<ReduceAttrs>) => {
    const x = call.b.cast(operand(call.on, 'x'), 'float32');
    return call.b.reduce('mean', x, axesOf(call, x), call.attrs.keepDims);
  },
  Sum: reduction('sum'),
} as const;
