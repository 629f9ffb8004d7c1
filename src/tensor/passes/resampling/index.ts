import {
  elementCount,
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  type NodeOf,
  rewrite,
  type Site,
} from '../../graph/index.js';
import { channelsFirst, channelsLast, unpadded } from '../convolution/rows.js';
import { type AxisMap, interpolation } from './axis.js';
import { alongColumns } from './columns.js';
import { LIMITS, type Limits } from './limits.js';
import { alongRows } from './rows.js';
import { separated } from './separate.js';

/** ONNX Runtime works in blocks of so many channels; with fewer, most of its own kernels run on one core or waste most. */
const FEW_CHANNELS = 16;

/**
 * Resizes pictures of few channels, and filters them by constant separable windows, one axis after the other and without
 * taking the channels apart: rows by products with small band matrices, columns by a convolution of one channel. For the
 * CPU only.
 */
export const resampleByAxes = (graph: Graph, limits: Limits = LIMITS): Graph =>
  rewrite(graph, (site) => resample(site, limits));

const resample = (site: Site, limits: Limits): NodeId | undefined => {
  const { node, inputs, build } = site;
  const [, channels = 1] = node.shape;
  if (node.shape.length !== 4 || channels >= FEW_CHANNELS || node.dtype !== 'float32') return undefined;
  const largest = Math.max(elementCount(node.shape), ...inputs.map((i) => elementCount(build.shape(i))));
  if (largest < limits.elements) return undefined;
  if (isOp(node, 'resize')) return interpolated(build, node, inputs[0]!);
  return isOp(node, 'conv') ? filtered(build, node, inputs) : undefined;
};

/** Both axes of [N,H,W,C], the one first that leaves less to do for the other. */
const alongBoth = (
  b: GraphBuilder,
  picture: NodeId,
  rows: AxisMap,
  columns: readonly AxisMap[],
): NodeId | undefined => {
  const [batch = 1, height = 1, width = 1, channels = 1] = b.shape(picture);
  const lines = b.reshape(picture, [batch, height, width * channels]);
  const rowsFirst = rows.output < rows.input;
  const across = alongColumns(b, rowsFirst ? alongRows(b, lines, rows) : lines, columns);
  if (across === undefined) return undefined;
  const made = rowsFirst ? across : alongRows(b, across, rows);
  return channelsFirst(b, made, [batch, rows.output, columns[0]!.output, channels]);
};

const interpolated = (b: GraphBuilder, node: NodeOf<'resize'>, x: NodeId): NodeId | undefined => {
  const { mode, coordinates, size } = node.attrs;
  if (mode !== 'linear' || coordinates === 'align-corners') return undefined;
  const [, channels = 1, height = 1, width = 1] = b.shape(x);
  const rows = interpolation(height, size[0], coordinates);
  const columns = interpolation(width, size[1], coordinates);
  if (rows === undefined || columns === undefined) return undefined;
  return alongBoth(b, channelsLast(b, x), rows, Array<AxisMap>(channels).fill(columns));
};

/** A filter of each channel by itself, by a constant window that is a column times a row. */
const filtered = (
  b: GraphBuilder,
  { attrs, shape }: NodeOf<'conv'>,
  [x, filter, bias]: readonly NodeId[],
): NodeId | undefined => {
  const [, channels = 1, height = 1, width = 1] = b.shape(x!);
  const constant = b.node(filter!);
  const depthwise = attrs.groups === channels && shape[1] === channels;
  if (!depthwise || constant.op !== 'constant' || bias !== undefined || attrs.dilations.some((d) => d !== 1))
    return undefined;
  const separate = separated(constant.attrs.value);
  if (separate === undefined) return undefined;
  const { source, before, fold } = unpadded(b, x!);
  const [, h = 1, w = 1] = b.shape(source);
  // Zeros of its own around a padding would need both to be folded.
  if (attrs.padding.some((p) => p > 0) && (h !== height || w !== width)) return undefined;
  const axis = (i: 0 | 1, taps: ArrayLike<number>): AxisMap => ({
    input: [h, w][i]!,
    output: shape[i + 2]!,
    step: attrs.strides[i],
    phases: [Array.from(taps, (weight, k) => ({ at: k - before[i] - attrs.padding[i]!, weight }))],
    fold,
  });
  return alongBoth(
    b,
    source,
    axis(0, separate.column),
    separate.rows.map((row) => axis(1, row)),
  );
};
