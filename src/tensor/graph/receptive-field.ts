import type { Graph, Node, NodeId, NodeOf } from './ir.js';

/** Which pixels of the input, along one axis, a pixel i depends on: scale·i + low … scale·i + high. */
interface Span {
  readonly scale: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What a value depends on: nothing of the input; a neighbourhood of each of its places, height and width being on two of
 * its axes; or all of it, or its place, because of some node.
 */
type Field =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'local';
      readonly axes: readonly [number, number];
      readonly spans: readonly [Span, Span];
    }
  | { readonly kind: 'global'; readonly because: NodeId };

type Local = Extract<Field, { kind: 'local' }>;

/** How far the result of a program looks around each pixel, in pixels above, on the left, below and on the right. */
export interface Reach {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

const none: Field = { kind: 'none' };

/** The span when each place i depends on those from stride·i + first to stride·i + last of what has the span. */
const through = ({ scale, low, high }: Span, stride: number, first: number, last: number): Span => ({
  scale: scale * stride,
  low: low + scale * first,
  high: high + scale * last,
});

const both = (field: Local, f: (span: Span, side: 0 | 1) => Span): Local => ({
  ...field,
  spans: [f(field.spans[0], 0), f(field.spans[1], 1)],
});

const windowed = (
  field: Local,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  padding: readonly [number, number, number, number],
  dilations: readonly [number, number] = [1, 1],
): Local =>
  both(field, (span, side) => {
    const first = -padding[side]!;
    return through(span, strides[side], first, first + dilations[side] * (kernel[side] - 1));
  });

/** Where an axis went when axes of length one came and went; undefined when others were merged or split. */
const moved = (before: readonly number[], after: readonly number[], axis: number): number | undefined => {
  const long = (shape: readonly number[]): readonly number[] =>
    shape.flatMap((length, i) => (length > 1 ? [i] : []));
  const [from, to] = [long(before), long(after)];
  const same = from.length === to.length && from.every((a, i) => before[a] === after[to[i]!]);
  return same ? to[from.indexOf(axis)] : undefined;
};

/** Fields of operands with the shape of their result: one field for all. */
const joined = (node: Node, id: NodeId, fields: readonly Field[], graph: Graph): Field => {
  const global = fields.find((field) => field.kind === 'global');
  if (global !== undefined) return global;
  const locals = fields.flatMap((field, i) => {
    const rank = graph.nodes[node.inputs[i]!]!.shape.length;
    const offset = node.shape.length - rank;
    return field.kind === 'local'
      ? [{ ...field, axes: [field.axes[0] + offset, field.axes[1] + offset] as const }]
      : [];
  });
  const [first, ...others] = locals;
  if (first === undefined) return none;
  const [h, w] = first.axes;
  const fits = others.every(
    ({ axes, spans }) =>
      axes[0] === h && axes[1] === w && spans.every(({ scale }, i) => scale === first.spans[i]!.scale),
  );
  // A constant that differs from place to place makes the result depend on the place.
  const placed = node.inputs.some((input, i) => {
    const { shape, op } = graph.nodes[input]!;
    const at = (axis: number): number => shape[axis - (node.shape.length - shape.length)] ?? 1;
    return fields[i]!.kind === 'none' && op !== 'fill' && (at(h) > 1 || at(w) > 1);
  });
  if (!fits || placed) return { kind: 'global', because: id };
  return both(first, ({ scale }, side) => ({
    scale,
    low: Math.min(...locals.map(({ spans }) => spans[side]!.low)),
    high: Math.max(...locals.map(({ spans }) => spans[side]!.high)),
  }));
};

const resized = (node: NodeOf<'resize'>, field: Local, from: readonly number[]): Field => {
  const factors = field.axes.map((axis) => node.shape[axis]! / from[axis]!);
  const linear = node.attrs.mode === 'linear';
  return both(field, (span, side) => {
    const factor = factors[side]!;
    if (factor === 1) return span;
    const offset = node.attrs.coordinates === 'half-pixel' ? 0.5 / factor - 0.5 : 0;
    // Nearest takes the floor of i/factor; linear the two places beside it.
    return linear
      ? through(span, 1 / factor, offset - (1 - 1e-9), offset + (1 - 1e-9))
      : through(span, 1 / factor, -(1 - 1 / factor), 0);
  });
};

const isOnPixels = ({ axes }: Local): boolean => axes[0] === 2 && axes[1] === 3;

const convolved = (
  { attrs: { strides, padding, dilations } }: NodeOf<'conv'>,
  id: NodeId,
  field: Local,
  [, , kh, kw]: readonly number[],
): Field =>
  isOnPixels(field)
    ? windowed(field, [kh!, kw!], strides, padding, dilations)
    : { kind: 'global', because: id };

/** A transposed convolution: the input's place j reaches stride·j - padding + 0 … kernel - 1 of the result. */
const transposed = (
  { attrs: { strides, padding, dilations } }: NodeOf<'convInputGradient'>,
  id: NodeId,
  field: Local,
  [, , kh, kw]: readonly number[],
): Field => {
  if (!isOnPixels(field)) return { kind: 'global', because: id };
  return both(field, (span, side) => {
    const [stride, pad] = [strides[side]!, padding[side]!];
    const reach = dilations[side]! * ([kh!, kw!][side]! - 1);
    return through(span, 1 / stride, (pad - reach) / stride, pad / stride);
  });
};

const reduced = ({ attrs }: NodeOf<'reduce'>, id: NodeId, field: Local): Field => {
  const axes: readonly number[] = attrs.axes;
  if (axes.includes(field.axes[0]) || axes.includes(field.axes[1])) return { kind: 'global', because: id };
  if (attrs.keepDims) return field;
  const shifted = (axis: number): number => axis - axes.filter((gone) => gone < axis).length;
  return { ...field, axes: [shifted(field.axes[0]), shifted(field.axes[1])] };
};

/** The field of a node, given those of its operands. */
const fieldOf = (node: Node, id: NodeId, fields: readonly Field[], graph: Graph): Field => {
  const [field = none] = fields;
  const because: Field = { kind: 'global', because: id };
  const shapeOf = (i: number): readonly number[] => graph.nodes[node.inputs[i]!]!.shape;
  if (fields.every(({ kind }) => kind === 'none')) return none;
  switch (node.op) {
    case 'conv':
      return field.kind === 'local'
        ? convolved(node, id, field, shapeOf(1))
        : (fields.find(({ kind }) => kind === 'global') ?? because);
    case 'convInputGradient':
      return field.kind === 'local' ? transposed(node, id, field, shapeOf(1)) : because;
    case 'pool':
      return field.kind === 'local' && isOnPixels(field)
        ? windowed(field, node.attrs.kernel, node.attrs.strides, node.attrs.padding)
        : because;
    case 'resize':
      return field.kind === 'local' ? resized(node, field, shapeOf(0)) : field;
    case 'pad':
      return field.kind === 'local'
        ? both(field, (span, side) => {
            const before = node.attrs.before[field.axes[side]!] ?? 0;
            return through(span, 1, -before, -before);
          })
        : field;
    case 'slice':
      return field.kind === 'local'
        ? both(field, (span, side) => {
            const axis = field.axes[side]!;
            const begin = node.attrs.begin[axis]!;
            return through(span, node.attrs.steps[axis]!, begin, begin);
          })
        : field;
    case 'transpose':
      return field.kind === 'local'
        ? {
            ...field,
            axes: [node.attrs.perm.indexOf(field.axes[0]), node.attrs.perm.indexOf(field.axes[1])],
          }
        : field;
    case 'reshape': {
      if (field.kind !== 'local') return field;
      const [h, w] = field.axes.map((axis) => moved(shapeOf(0), node.shape, axis));
      return h === undefined || w === undefined ? because : { ...field, axes: [h, w] };
    }
    case 'depthToSpace':
      return field.kind === 'local'
        ? both(field, (span) => through(span, 1 / node.attrs.block, 1 / node.attrs.block - 1, 0))
        : field;
    case 'spaceToDepth':
      return field.kind === 'local'
        ? both(field, (span) => through(span, node.attrs.block, 0, node.attrs.block - 1))
        : field;
    case 'reduce':
      return field.kind === 'local' ? reduced(node, id, field) : field;
    case 'softmax':
      return field.kind === 'local' && field.axes.includes(node.attrs.axis) ? because : field;
    case 'concat':
      if (fields.some((each) => each.kind === 'local' && each.axes.includes(node.attrs.axis))) return because;
      return joined({ ...node, shape: node.shape } as Node, id, fields, graph);
    case 'unary':
    case 'leakyRelu':
    case 'elu':
    case 'clip':
    case 'cast':
    case 'binary':
    case 'bitwise':
    case 'compare':
    case 'logical':
    case 'select':
    case 'expand':
      return joined(node, id, fields, graph);
    default:
      return fields.find(({ kind }) => kind === 'global') ?? because;
  }
};

/** What is found of a graph from one picture: how far each output looks, or the nodes that look at all of it. */
export type ReceptiveField =
  | { readonly kind: 'local'; readonly reach: Reach }
  | { readonly kind: 'global'; readonly nodes: readonly NodeId[] };

/** Spans are rational numbers: what is but rounding above a whole number is that number. */
const up = (pixels: number): number => Math.max(0, Math.ceil(pixels - 1e-6));

/**
 * How far results look around each of their pixels in a picture, found by following every operator of the graph as it was
 * recorded. Borders count as part of what they were made of. A result of another scale than the picture's counts in the
 * picture's pixels.
 *
 * @param input name of the input that is the picture, and its axes of height and width
 * @param known nodes that are to be taken as given, whatever they depend on
 */
export const receptiveField = (
  graph: Graph,
  input: { readonly name: string; readonly axes: readonly [number, number] },
  known: ReadonlySet<NodeId> = new Set(),
): ReceptiveField => {
  const start: Span = { scale: 1, low: 0, high: 0 };
  const fields: Field[] = [];
  const globals = new Set<NodeId>();
  for (const [id, node] of graph.nodes.entries()) {
    if (node.op === 'input')
      fields.push(
        node.attrs.name === input.name ? { kind: 'local', axes: input.axes, spans: [start, start] } : none,
      );
    else if (known.has(id)) fields.push(none);
    else {
      const field = fieldOf(
        node,
        id,
        node.inputs.map((i) => fields[i]!),
        graph,
      );
      if (field.kind === 'global') globals.add(field.because);
      fields.push(field);
    }
  }
  if (globals.size > 0) return { kind: 'global', nodes: [...globals].sort((a, b) => a - b) };
  const locals = graph.outputs.flatMap(({ node }) => {
    const field = fields[node]!;
    return field.kind === 'local' ? [field] : [];
  });
  const most = (f: (field: Local) => number): number => Math.max(0, ...locals.map((field) => up(f(field))));
  return {
    kind: 'local',
    reach: {
      top: most(({ spans }) => -spans[0].low),
      left: most(({ spans }) => -spans[1].low),
      bottom: most(({ spans }) => spans[0].high),
      right: most(({ spans }) => spans[1].high),
    },
  };
};
