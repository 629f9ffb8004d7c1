import {
  elementCount,
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  rewrite,
  type Site,
} from '../../graph/index.js';
import { LIMITS, type Limits } from './limits.js';

/**
 * Elementwise operators on a picture and one whose pixels are repeated a whole number of times: the second is repeated along
 * its rows only, and each of these is broadcast to several rows of the first. Runs when the order of axes is settled.
 */
export const broadcastRepeats = (graph: Graph, limits: Limits = LIMITS): Graph =>
  rewrite(graph, (site) => broadcast(site, limits));

const broadcast = ({ node, inputs, build: b }: Site, limits: Limits): NodeId | undefined => {
  if (!isOp(node, 'binary') || node.shape.length !== 4 || elementCount(node.shape) < limits.elements)
    return undefined;
  const found = inputs.map((i) => repeatedLines(b, i, node.shape));
  const at = found[0] === undefined ? 1 : 0;
  const other = inputs[1 - at]!;
  const lines = found[at];
  if (lines === undefined || b.shape(other).join() !== node.shape.join()) return undefined;
  const full = b.reshape(other, lines.full);
  const [x, y] = at === 0 ? [lines.value, full] : [full, lines.value];
  return b.reshape(b.binary(node.attrs.fn, x, y), node.shape);
};

interface Lines {
  /** The enlarged rows, each once. */
  readonly value: NodeId;
  /** The shape in which the whole picture meets them. */
  readonly full: readonly number[];
}

/** A value that is an enlargement by repeating, channels first or last, as lines for a picture of `shape`. */
const repeatedLines = (b: GraphBuilder, id: NodeId, shape: readonly number[]): Lines | undefined => {
  const node = b.node(id);
  const last =
    (node.op === 'transpose' && node.attrs.perm.join() === '0,2,3,1') ||
    (node.op === 'reshape' && node.shape.length === 4 && node.shape[3] === 1);
  const resize = last ? b.node(node.inputs[0]!) : node;
  if (resize.op !== 'resize' || resize.attrs.mode !== 'nearest') return undefined;
  const small = resize.inputs[0]!;
  const [n = 1, depth = 1, h = 1, w = 1] = b.shape(small);
  const [down, along] = [resize.attrs.size[0] / h, resize.attrs.size[1] / w];
  const [batch = 1, ...others] = shape;
  const [height = 1, width = 1, channels = 1] = last ? others : [others[1], others[2], others[0]];
  const fits =
    n === batch && height === down * h && width === along * w && (depth === 1 || depth === channels);
  if (!fits || ![down, along].every(Number.isInteger) || down < 2) return undefined;
  if (last) {
    const pixels = b.reshape(b.transpose(small, [0, 2, 3, 1]), [n, h, w, 1, depth]);
    const value = b.reshape(b.expand(pixels, [n, h, w, along, channels]), [n, h, 1, width * channels]);
    return { value, full: [n, h, down, width * channels] };
  }
  const value = b.reshape(b.expand(b.reshape(small, [n, depth, h, w, 1]), [n, depth, h, w, along]), [
    n,
    depth,
    h,
    1,
    width,
  ]);
  return { value, full: [n, channels, h, down, width] };
};
