import {
  type Convolution,
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  type NodeOf,
  rewrite,
  type Site,
} from '../../graph/index.js';
import { patchConvolution, patchFilterGradient, phasedInputGradient } from './patches.js';
import { channelsFirst, channelsLast, RowLists, rowsOf } from './rows.js';
import { winogradConvolution, winogradFilterGradient } from './winograd.js';

/**
 * Writes convolutions of many channels, and their gradients, as gathers of pixels and matrix products: Winograd's form
 * for 3x3 filters of stride 1, patches for the rest. Those of few channels stay as they are: there ONNX Runtime's own
 * blocked kernels are as good. For the CPU only.
 */
export const expandConvolutions = (graph: Graph): Graph => {
  const lists = new RowLists();
  return rewrite(graph, (site) => expand(site, lists));
};

const expand = ({ node, inputs, build }: Site, lists: RowLists): NodeId | undefined => {
  if (isOp(node, 'conv')) return forward(build, lists, node, inputs);
  if (isOp(node, 'convInputGradient')) return inputGradient(build, lists, node, inputs);
  if (isOp(node, 'convFilterGradient')) return filterGradient(build, lists, node, inputs);
  return undefined;
};

/** Fewest channels for which a matrix product keeps the cores busy. */
const FEWEST_CHANNELS = 32;

const manyChannels = (inputs: number, outputs: number): boolean =>
  inputs >= FEWEST_CHANNELS && outputs >= FEWEST_CHANNELS;

const isWinograd = ({ strides, dilations }: Convolution, kernel: readonly number[]): boolean =>
  [...strides, ...dilations].every((s) => s === 1) && kernel.every((k) => k === 3);

/** [O,I,KH,KW] as [KH,KW,I,O], without a transposition where it came from one. */
const hwio = (b: GraphBuilder, filter: NodeId): NodeId => {
  const node = b.node(filter);
  const back = node.op === 'transpose' && node.attrs.perm.join() === '3,2,0,1';
  return back ? node.inputs[0]! : b.transpose(filter, [2, 3, 1, 0]);
};

const oihw = (b: GraphBuilder, filter: NodeId): NodeId => b.transpose(filter, [3, 2, 0, 1]);

const forward = (
  b: GraphBuilder,
  lists: RowLists,
  { attrs, shape }: NodeOf<'conv'>,
  [x, filter, bias]: readonly NodeId[],
): NodeId | undefined => {
  const [outputs = 1, inputs = 1, ...kernel] = b.shape(filter!);
  const [batch = 1, , height = 1, width = 1] = shape;
  if (attrs.groups !== 1 || !manyChannels(inputs, outputs)) return undefined;
  const rows = rowsOf(b, x!, attrs.padding);
  const weights = hwio(b, filter!);
  const sums = isWinograd(attrs, kernel)
    ? winogradConvolution(b, lists, rows, weights, { height, width }, 'forward')
    : patchConvolution(b, lists, rows, weights, {
        ...attrs,
        kernel: [kernel[0]!, kernel[1]!],
        output: [height, width],
      });
  const result = bias === undefined ? sums : b.binary('add', sums, bias);
  return channelsFirst(b, result, [batch, height, width, outputs]);
};

const inputGradient = (
  b: GraphBuilder,
  lists: RowLists,
  { attrs, shape }: NodeOf<'convInputGradient'>,
  [dy, filter]: readonly NodeId[],
): NodeId | undefined => {
  const [outputs = 1, inputs = 1, kh = 1, kw = 1] = b.shape(filter!);
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const { strides, padding, dilations, groups, size } = attrs;
  if (groups !== 1 || dilations.some((d) => d !== 1) || !manyChannels(inputs, outputs)) return undefined;
  const weights = hwio(b, filter!);
  const [top, left] = padding;
  if (isWinograd(attrs, [kh, kw]) && top <= 2 && left <= 2) {
    const [h = 1, w = 1] = b.shape(dy!).slice(2);
    const rows = rowsOf(b, dy!, [2 - top, 2 - left, height + top - h, width + left - w]);
    const result = winogradConvolution(b, lists, rows, weights, { height, width }, 'input-gradient');
    return channelsFirst(b, result, [batch, height, width, channels]);
  }
  const rows = rowsOf(b, dy!, [0, 0, 0, 0]);
  const result = phasedInputGradient(b, lists, rows, weights, { strides, before: [top, left], size });
  return channelsFirst(b, result, [batch, height, width, channels]);
};

const filterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  { attrs }: NodeOf<'convFilterGradient'>,
  [x, dy]: readonly NodeId[],
): NodeId | undefined => {
  const [, outputs = 1, height = 1, width = 1] = b.shape(dy!);
  const inputs = b.shape(x!)[1] ?? 1;
  if (attrs.groups !== 1 || !manyChannels(inputs, outputs)) return undefined;
  const rows = rowsOf(b, x!, attrs.padding);
  const gradients = b.reshape(channelsLast(b, dy!), [rows.batch * height * width, outputs]);
  const gradient = isWinograd(attrs, attrs.kernel)
    ? winogradFilterGradient(b, lists, rows, gradients, { height, width })
    : patchFilterGradient(b, lists, rows, gradients, { ...attrs, output: [height, width] });
  return oihw(b, gradient);
};
