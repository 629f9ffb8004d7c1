import type { NodeOf } from '../graph/index.js';
import type { Emitter } from './emitter.js';

/**
 * The gradient of a convolution by its input, as a transposed convolution. The passes replace the common cases by
 * faster forms; this one holds for every geometry.
 */
export const emitConvInputGradient = (e: Emitter, node: NodeOf<'convInputGradient'>): string => {
  const { strides, padding, dilations, groups, size } = node.attrs;
  const [dy, filter] = [node.inputs[0]!, node.inputs[1]!];
  const [top, left, bottom, right] = padding;
  const kernel = e.node(filter).shape.slice(2);
  const output = e.node(dy).shape.slice(2);
  // Rows and columns that the forward window never reached; ONNX appends them after the transposed window.
  const extra = [0, 1].map((i) => {
    const pads = i === 0 ? top + bottom : left + right;
    return size[i]! - (strides[i]! * (output[i]! - 1) + (kernel[i]! - 1) * dilations[i]! + 1 - pads);
  });
  return e.op('ConvTranspose', [e.value(dy), e.value(filter)], {
    strides,
    dilations,
    group: groups,
    kernel_shape: kernel,
    pads: [top, left, bottom, right],
    output_padding: extra,
  });
};

/**
 * The gradient of a convolution by its filter, as a convolution of the pictures with the gradients, batch and channels
 * exchanged, strides and dilations exchanged. Holds for every geometry of one group.
 */
export const emitConvFilterGradient = (e: Emitter, node: NodeOf<'convFilterGradient'>): string => {
  const { strides, padding, dilations, kernel } = node.attrs;
  const [x = '', dy = ''] = node.inputs.map((i) => e.op('Transpose', [e.value(i)], { perm: [1, 0, 2, 3] }));
  const output = e.node(node.inputs[1]!).shape.slice(2);
  const gradient = e.op('Conv', [x, dy], {
    strides: dilations,
    dilations: strides,
    pads: padding,
    kernel_shape: output,
    group: 1,
  });
  // A stride that does not divide the picture leaves taps beyond the kernel.
  const cropped = e.op('Slice', [gradient, e.ints([0, 0]), e.ints(kernel), e.ints([2, 3])]);
  return e.op('Transpose', [cropped], { perm: [1, 0, 2, 3] });
};
