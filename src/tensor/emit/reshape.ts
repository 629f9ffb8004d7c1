import { type NodeOf, sameShape } from '../graph/index.js';
import type { Emitter } from './emitter.js';

const unitAxes = (shape: readonly number[]): readonly number[] =>
  shape.flatMap((length, axis) => (length === 1 ? [axis] : []));

/** A reshape; where it only adds and takes away axes of length one, and shapes are to be relative, without any length. */
export const emitReshape = (e: Emitter, node: NodeOf<'reshape'>): string => {
  const [operand] = node.inputs;
  const before = e.node(operand!).shape;
  const after = node.attrs.shape;
  const x = e.value(operand!);
  const long = (shape: readonly number[]): readonly number[] => shape.filter((length) => length !== 1);
  if (e.dialect.relativeShapes !== true || !sameShape(long(before), long(after)))
    return e.op('Reshape', [x, e.ints(after)], { allowzero: 1 });
  const [gone, added] = [unitAxes(before), unitAxes(after)];
  const bare = gone.length === 0 ? x : e.op('Squeeze', [x, e.ints(gone)]);
  return added.length === 0 ? bare : e.op('Unsqueeze', [bare, e.ints(added)]);
};
