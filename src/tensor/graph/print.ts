import type { Graph, Node } from './ir.js';

const short = (value: unknown): string => {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return `[${value.map(short).join(',')}]`;
  return String(value);
};

// The function is what one looks for, so it stands where the operator's name would: mul(%0, %1), reduce.sum(%2).
const title = (node: Node): string => {
  if (!('fn' in node.attrs)) return node.op;
  const plain = node.op === 'unary' || node.op === 'binary' || node.op === 'compare';
  return plain ? node.attrs.fn : `${node.op}.${node.attrs.fn}`;
};

const attributes = (node: Node): string => {
  if (node.op === 'constant') return `${node.attrs.value.data.length} values`;
  if (node.op === 'fill') return short(node.attrs.value);
  if (node.op === 'input') return node.attrs.name;
  return Object.entries(node.attrs)
    .filter(([key]) => key !== 'fn')
    .map(([key, value]) => `${key}=${short(value)}`)
    .join(' ');
};

/**
 * One line a node, as in `%3 = conv(%1, %2) strides=[1,1] … : float32[1,8,4,4]  # conv2d`, for snapshots and for eyes.
 */
export const print = (graph: Graph): string => {
  const lines = graph.nodes.map((node, id) => {
    const operands = node.inputs.length > 0 ? `(${node.inputs.map((i) => `%${i}`).join(', ')})` : '';
    const attrs = attributes(node);
    const scope = node.scope === '' ? '' : `  # ${node.scope}`;
    return `  %${id} = ${title(node)}${operands}${attrs === '' ? '' : ` ${attrs}`} : ${node.dtype}[${node.shape.join(',')}]${scope}`;
  });
  const outputs = graph.outputs.map((o) => `${o.name}: %${o.node}`).join(', ');
  return `${graph.name} {\n${lines.join('\n')}\n  return ${outputs}\n}`;
};
