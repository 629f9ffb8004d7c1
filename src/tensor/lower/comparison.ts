import type { CompareFn, GraphBuilder, NodeId } from '../graph/index.js';
import { finite, numeric, together } from './dtypes.js';
import type { NoAttrs } from './kernel-attrs.js';
import { operand, type Rule, type Rules } from './rule.js';

const compared = (b: GraphBuilder, fn: CompareFn, x: NodeId, y: NodeId): NodeId => {
  const [left, right] = together(b, numeric(b, x), numeric(b, y)) as [NodeId, NodeId];
  return b.compare(fn, left, right);
};

const comparison =
  (fn: CompareFn): Rule<NoAttrs> =>
  ({ b, on }) =>
    compared(b, fn, operand(on, 'a'), operand(on, 'b'));

const logical =
  (fn: 'and' | 'or'): Rule<NoAttrs> =>
  ({ b, on }) =>
    b.add('logical', [b.cast(operand(on, 'a'), 'bool'), b.cast(operand(on, 'b'), 'bool')], { fn });

/** A test of each element; of integers and booleans it is known beforehand. */
const test =
  (ofOthers: 0 | 1, ofFloats: (b: GraphBuilder, x: NodeId) => NodeId): Rule<NoAttrs> =>
  ({ b, on }) => {
    const x = operand(on, 'x');
    return b.dtype(x) === 'float32' ? ofFloats(b, x) : b.fill(ofOthers, b.shape(x), 'bool');
  };

/** Comparisons, tests and logic: all give booleans, but for the selection by them. */
export const comparisonRules = {
  Equal: comparison('equal'),
  Greater: comparison('greater'),
  GreaterEqual: comparison('greaterEqual'),
  IsFinite: test(1, finite),
  IsInf: test(0, (b, x) => b.unary('isInf', x)),
  IsNan: test(0, (b, x) => b.unary('isNaN', x)),
  Less: comparison('less'),
  LessEqual: comparison('lessEqual'),
  LogicalAnd: logical('and'),
  LogicalNot: ({ b, on }) => b.unary('not', b.cast(operand(on, 'x'), 'bool')),
  LogicalOr: logical('or'),
  NotEqual: ({ b, on }) => b.unary('not', compared(b, 'equal', operand(on, 'a'), operand(on, 'b'))),
  Select: ({ b, on }) => {
    const [yes, no] = together(b, operand(on, 't'), operand(on, 'e')) as [NodeId, NodeId];
    const condition = b.cast(operand(on, 'condition'), 'bool');
    // ONNX Runtime selects no booleans.
    if (b.dtype(yes) !== 'bool') return b.select(condition, yes, no);
    return b.cast(b.select(condition, numeric(b, yes), numeric(b, no)), 'bool');
  },
} satisfies Partial<Rules>;
