import type { NodeOf } from '../graph/index.js';
import { emitConvolution } from './convolution.js';
import type { Emitter } from './emitter.js';
import { emitWalks } from './slicing.js';

/**
 * The gradient of a convolution by its input. The passes replace the common cases by faster forms for the CPU; these hold
 * for every geometry.
 */
export const emitConvInputGradient = (e: Emitter, node: NodeOf<'convInputGradient'>): string =>
  e.dialect.transposedConvolutions ? asTransposed(e, node) : asTurned(e, node);

const asTransposed = (e: Emitter, node: NodeOf<'convInputGradient'>): string => {
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
 * As a plain convolution with the filter turned by half: the gradients are spread out by the strides, zeros between them,
 * and given the border, or cut, that makes the result as large as the input was.
 */
const asTurned = (e: Emitter, node: NodeOf<'convInputGradient'>): string => {
  const { strides, padding, dilations, groups, size } = node.attrs;
  const [dy, filter] = [node.inputs[0]!, node.inputs[1]!];
  const [batch = 1, outputs = 1, height = 1, width = 1] = e.node(dy).shape;
  const [, inner = 1, kh = 1, kw = 1] = e.node(filter).shape;
  const spread = spreadOut(e, e.value(dy), [batch, outputs, height, width], strides);
  const borders = [0, 1].map((i) => {
    const reach = ((i === 0 ? kh : kw) - 1) * dilations[i]!;
    const before = reach - padding[i]!;
    return { before, after: size[i]! + reach - [height, width][i]! * strides[i]! - before };
  });
  const kept = borders.map(({ before, after }, i) => {
    const begin = Math.max(0, -before);
    return { begin, length: [height, width][i]! * strides[i]! - begin - Math.max(0, -after) };
  });
  const cut = emitWalks(
    e,
    spread,
    borders.flatMap(({ before, after }, i) =>
      before < 0 || after < 0 ? [{ axis: i + 2, ...kept[i]!, step: 1 }] : [],
    ),
  );
  const [top = 0, left = 0, bottom = 0, right = 0] = [
    ...borders.map(({ before }) => Math.max(0, before)),
    ...borders.map(({ after }) => Math.max(0, after)),
  ];
  const outer = outputs / groups;
  const grouped = e.op('Reshape', [e.value(filter), e.ints([groups, outer, inner, kh, kw])]);
  const swapped = e.op('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] });
  const turned = emitWalks(e, e.op('Reshape', [swapped, e.ints([groups * inner, outer, kh, kw])]), [
    { axis: 2, begin: kh - 1, length: kh, step: -1 },
    { axis: 3, begin: kw - 1, length: kw, step: -1 },
  ]);
  return emitConvolution(e, [cut, turned], [batch, outputs, kept[0]!.length, kept[1]!.length], {
    strides: [1, 1],
    dilations,
    groups,
    kernel: [kh, kw],
    padding: [top, left, bottom, right],
  });
};

/** [N,C,H,W] → [N,C,H·sh,W·sw] with zeros between the elements and behind the last. */
const spreadOut = (
  e: Emitter,
  x: string,
  [n, c, h, w]: readonly [number, number, number, number],
  [sh, sw]: readonly [number, number],
): string => {
  if (sh === 1 && sw === 1) return x;
  const apart = e.op('Reshape', [x, e.ints([n * c, h, 1, w, 1])]);
  const padded = e.op('Pad', [
    apart,
    e.ints([0, 0, 0, 0, 0, 0, 0, sh - 1, 0, sw - 1]),
    e.scalar(0, 'float32'),
  ]);
  return e.op('Reshape', [padded, e.ints([n, c, h * sh, w * sw])]);
};

/** The gradient of a convolution by its filter: one form for whole convolutions, one for grouped ones. */
export const emitConvFilterGradient = (e: Emitter, node: NodeOf<'convFilterGradient'>): string =>
  node.attrs.groups === 1 ? asConvolution(e, node) : tapByTap(e, node);

/**
 * A convolution of the pictures with the gradients: batch and channels exchanged, strides and dilations exchanged.
 */
const asConvolution = (e: Emitter, node: NodeOf<'convFilterGradient'>): string => {
  const { strides, padding, dilations, kernel } = node.attrs;
  const [x, dy] = node.inputs.map((i) => e.op('Transpose', [e.value(i)], { perm: [1, 0, 2, 3] })) as [
    string,
    string,
  ];
  const output = e.node(node.inputs[1]!).shape.slice(2);
  const [n = 1, c = 1, h = 1, w = 1] = e.node(node.inputs[0]!).shape;
  const gradient = emitConvolution(e, [x, dy], [c, n, h, w], {
    strides: dilations,
    dilations: strides,
    padding,
    kernel: [output[0]!, output[1]!],
    groups: 1,
  });
  // A stride that does not divide the picture leaves taps beyond the kernel.
  const cropped = e.op('Slice', [gradient, e.ints([0, 0]), e.ints(kernel), e.ints([2, 3])]);
  return e.op('Transpose', [cropped], { perm: [1, 0, 2, 3] });
};

/**
 * Each tap of a grouped filter by itself: the pixels that it met, times the gradients, summed over pictures and places
 * as a product of one matrix a group.
 */
const tapByTap = (e: Emitter, node: NodeOf<'convFilterGradient'>): string => {
  const { strides, padding, dilations, groups, kernel } = node.attrs;
  const [x, dy] = [node.inputs[0]!, node.inputs[1]!];
  const [top, left, bottom, right] = padding;
  const [batch = 1, channels = 1] = e.node(x).shape;
  const [, outputs = 1, height = 1, width = 1] = e.node(dy).shape;
  const [inner, outer, places] = [channels / groups, outputs / groups, batch * height * width];
  const padded = padding.every((p) => p === 0)
    ? e.value(x)
    : e.op('Pad', [e.value(x), e.ints([0, 0, top, left, 0, 0, bottom, right]), e.scalar(0, node.dtype)]);
  /** [N, G·K, OH, OW] → [G, K, N·OH·OW] */
  const byGroup = (value: string, each: number): string => {
    const split = e.op('Reshape', [value, e.ints([batch, groups, each, height * width])]);
    const moved = e.op('Transpose', [split], { perm: [1, 2, 0, 3] });
    return e.op('Reshape', [moved, e.ints([groups, each, places])]);
  };
  const gradients = byGroup(e.value(dy), outer);
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const first = [Math.floor(tap / kernel[1]) * dilations[0], (tap % kernel[1]) * dilations[1]];
    const last = [first[0]! + (height - 1) * strides[0] + 1, first[1]! + (width - 1) * strides[1] + 1];
    const met = e.op('Slice', [padded, e.ints(first), e.ints(last), e.ints([2, 3]), e.ints(strides)]);
    const pixels = e.op('Transpose', [byGroup(met, inner)], { perm: [0, 2, 1] });
    return e.op('Reshape', [e.op('MatMul', [gradients, pixels]), e.ints([outputs, inner, 1])]);
  });
  const stacked = taps.length === 1 ? taps[0]! : e.op('Concat', taps, { axis: 2 });
  return e.op('Reshape', [stacked, e.ints([outputs, inner, ...kernel])]);
};
