import {
  type Convolution,
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  type NodeOf,
  type Pair,
  rewrite,
  type Site,
} from '../../graph/index.js';
import {
  blockedInputGradient,
  patchConvolution,
  patchFilterGradient,
  phasedInputGradient,
  turnedFilterGradient,
} from './patches.js';
import { channelsFirst, channelsLast, RowLists, type Rows, rowsOf } from './rows.js';
import { stripConvolution } from './strips.js';
import {
  type Minimal,
  minimalOf,
  winogradConvolution,
  winogradFilterGradient,
  winogradInputGradient,
} from './winograd.js';

/**
 * Writes convolutions with many channels on a side, and their gradients, as gathers of pixels and matrix products:
 * Winograd's form for filters of two to four times the stride, strips for few outputs, patches for the rest. Those of few channels on both
 * sides stay as they are: there ONNX Runtime's own blocked kernels are as good. For the CPU only.
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

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Fewest channels for which a matrix product keeps the cores busy. */
const MANY = 32;

const many = (channels: number): boolean => channels >= MANY;

const isDense = ({ strides, dilations }: Convolution): boolean =>
  [...strides, ...dilations].every((s) => s === 1);

/** How a convolution with many channels on either side is one of minimal filtering, where it is. */
const winogradOf = (
  { strides, dilations }: Convolution,
  kernel: readonly number[],
  inputs: number,
  outputs: number,
): Minimal | undefined => (many(inputs) && many(outputs) ? minimalOf(kernel, strides, dilations) : undefined);

/** [O,I,KH,KW] as [KH,KW,I,O], without a transposition where it came from one. */
const hwio = (b: GraphBuilder, filter: NodeId): NodeId => {
  const node = b.node(filter);
  const back = node.op === 'transpose' && node.attrs.perm.join() === '3,2,0,1';
  return back ? node.inputs[0]! : b.transpose(filter, [2, 3, 1, 0]);
};

const oihw = (b: GraphBuilder, filter: NodeId): NodeId => b.transpose(filter, [3, 2, 0, 1]);

/** The form that suits a convolution's channels and window. `filter` is [KH,KW,I,O]; gives rows of [N·height·width, O]. */
const convolve = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  filter: NodeId,
  c: Convolution,
  output: Size,
): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const minimal = winogradOf(c, [kh, kw], inputs, outputs);
  if (minimal !== undefined) return winogradConvolution(b, lists, rows, filter, output, minimal);
  if (isDense(c) && !many(outputs) && kh > 1) return stripConvolution(b, lists, rows, filter, output);
  return patchConvolution(b, lists, rows, filter, {
    ...c,
    kernel: [kh, kw],
    output: [output.height, output.width],
  });
};

/**
 * ONNX Runtime lays out a constant filter for the processor's vectors; with small windows and few channels its own
 * convolution is then the fastest.
 */
const suitsBlockedLayout = (b: GraphBuilder, filter: NodeId): boolean => {
  const node = b.node(filter);
  const constant =
    node.op === 'constant' || (node.op === 'transpose' && b.node(node.inputs[0]!).op === 'constant');
  const [outputs = 1, inputs = 1, kh = 1, kw = 1] = node.shape;
  return constant && Math.max(kh, kw) <= 3 && Math.max(inputs, outputs) < BLOCKED_CHANNELS;
};

const BLOCKED_CHANNELS = 96;

const forward = (
  b: GraphBuilder,
  lists: RowLists,
  { attrs, shape }: NodeOf<'conv'>,
  [x, filter, bias]: readonly NodeId[],
): NodeId | undefined => {
  const [outputs = 1, inputs = 1] = b.shape(filter!);
  const [batch = 1, , height = 1, width = 1] = shape;
  if (attrs.groups !== 1 || !(many(inputs) || many(outputs)) || suitsBlockedLayout(b, filter!))
    return undefined;
  const sums = convolve(b, lists, rowsOf(b, x!, attrs.padding), hwio(b, filter!), attrs, { height, width });
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
  if (groups !== 1 || dilations.some((d) => d !== 1) || !(many(inputs) || many(outputs))) return undefined;
  const weights = hwio(b, filter!);
  const [top, left, bottom, right] = padding;
  const picture = (matrix: NodeId): NodeId => channelsFirst(b, matrix, [batch, height, width, channels]);
  const minimal = winogradOf(attrs, [kh, kw], inputs, outputs);
  if (minimal !== undefined) {
    const [h = 1, w = 1] = b.shape(dy!).slice(2);
    const bordered = ([above, before]: Pair, [tall, wide]: Pair): Rows =>
      rowsOf(b, dy!, [above, before, tall - h - above, wide - w - before]);
    return picture(
      winogradInputGradient(
        b,
        lists,
        bordered,
        weights,
        { size: [height, width], before: [top, left] },
        minimal,
      ),
    );
  }
  // At stride 1 it is a convolution of the gradients by the turned filter, its borders filled up with zeros.
  if (isDense(attrs) && Math.max(top, bottom) < kh && Math.max(left, right) < kw) {
    const [h = 1, w = 1] = b.shape(dy!).slice(2);
    const rows = rowsOf(b, dy!, [kh - 1 - top, kw - 1 - left, height + top - h, width + left - w]);
    const output = { height, width };
    return picture(convolve(b, lists, rows, turned(b, weights), { ...attrs, padding: [0, 0, 0, 0] }, output));
  }
  const rows = rowsOf(b, dy!, [0, 0, 0, 0]);
  const gradient =
    kh % strides[0] === 0 && kw % strides[1] === 0 ? blockedInputGradient : phasedInputGradient;
  return picture(gradient(b, lists, rows, weights, { strides, before: [top, left], size }));
};

/** A filter [KH,KW,I,O] turned by half, its channels exchanged: [KH,KW,O,I]. */
const turned = (b: GraphBuilder, filter: NodeId): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const flipped = b.slice(filter, [kh - 1, kw - 1, 0, 0], [kh, kw, inputs, outputs], [-1, -1, 1, 1]);
  return b.transpose(flipped, [0, 1, 3, 2]);
};

const filterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  { attrs }: NodeOf<'convFilterGradient'>,
  [x, dy]: readonly NodeId[],
): NodeId | undefined => {
  const [batch = 1, outputs = 1, height = 1, width = 1] = b.shape(dy!);
  const inputs = b.shape(x!)[1] ?? 1;
  const { kernel, padding, groups } = attrs;
  if (groups !== 1) return undefined;
  if (isDense(attrs) && many(inputs) && !many(outputs)) {
    const [kh, kw] = kernel;
    const padded = [height + kh - 1, width + kw - 1] as const;
    const gradients = rowsOf(b, dy!, [kh - 1, kw - 1, kh - 1, kw - 1]);
    return oihw(
      b,
      turnedFilterGradient(
        b,
        lists,
        gradients,
        paddedRows(b, lists, rowsOf(b, x!, padding), padded),
        kernel,
        padded,
      ),
    );
  }
  const rows = rowsOf(b, x!, padding);
  const gradients = b.reshape(channelsLast(b, dy!), [batch * height * width, outputs]);
  const minimal = winogradOf(attrs, kernel, inputs, outputs);
  const gradient = minimal
    ? winogradFilterGradient(b, lists, rows, gradients, { height, width }, minimal)
    : patchFilterGradient(b, lists, rows, gradients, { ...attrs, output: [height, width] });
  return oihw(b, gradient);
};

/** Every pixel of the padded picture as a row: [N·height·width, C]. */
const paddedRows = (b: GraphBuilder, lists: RowLists, rows: Rows, [height, width]: Pair): NodeId =>
  lists.gather(
    b,
    rows.matrix,
    `padded;${rows.key};${height},${width}`,
    rows.batch * height * width,
    (list) => {
      let at = 0;
      for (let n = 0; n < rows.batch; n++)
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) list[at++] = rows.locate(n, y, x);
    },
  );
