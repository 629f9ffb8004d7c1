import { elementCount, type NodeOf, type Window } from '../graph/index.js';
import type { Emitter } from './emitter.js';
import { elementTypes } from './schema.js';

export const windowAttributes = ({ kernel, strides, padding }: Window) => ({
  kernel_shape: kernel,
  strides,
  pads: padding,
});

/** ONNX counts the places of the maxima over the whole tensor, and among equals takes the first. */
const places = (e: Emitter, node: NodeOf<'maxPoolIndices' | 'maxPoolGradient'>): string => {
  const x = e.value(node.inputs[0]!);
  const source = e.dialect.poolPositions ? x : e.op('Cast', [x], { to: elementTypes.float64 });
  return e.ops('MaxPool', [source], 2, windowAttributes(node.attrs))[1]!;
};

export const emitMaxPoolIndices = (e: Emitter, node: NodeOf<'maxPoolIndices'>): string =>
  e.op('Cast', [places(e, node)], { to: elementTypes.int32 });

/**
 * Puts each gradient to the place of its window's maximum. ONNX has an operator for windows that neither overlap nor
 * hang over the border; elsewhere the gradients are added up.
 */
export const emitMaxPoolGradient = (e: Emitter, node: NodeOf<'maxPoolGradient'>): string => {
  const { kernel, strides } = node.attrs;
  const dy = e.value(node.inputs[1]!);
  const windows = e.node(node.inputs[1]!).shape;
  const apart = kernel.every(
    (size, i) => strides[i]! >= size && (windows[i + 2]! - 1) * strides[i]! + size <= node.shape[i + 2]!,
  );
  if (apart) {
    return e.op('MaxUnpool', [dy, places(e, node), e.ints(node.shape)], { kernel_shape: kernel, strides });
  }
  const count = elementCount(windows);
  const zeros = e.op('Expand', [e.scalar(0, node.dtype), e.ints([elementCount(node.shape)])]);
  const indices = e.op('Reshape', [places(e, node), e.ints([count, 1])]);
  const updates = e.op('Reshape', [dy, e.ints([count])]);
  const sums = e.op('ScatterND', [zeros, indices, updates], { reduction: 'add' });
  return e.op('Reshape', [sums, e.ints(node.shape)]);
};
