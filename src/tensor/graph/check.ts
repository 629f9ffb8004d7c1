import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { infer } from './infer.js';
import type { Attributes, Graph, OpName } from './ir.js';
import { sameShape } from './ir.js';

/**
 * Checks what every pass relies on: inputs come before their use, shapes and dtypes are those that inference gives,
 * inputs have distinct names, and outputs exist.
 */
export const check = (graph: Graph): E.Either<Diagnostics, Graph> => {
  const faults: string[] = [];
  graph.nodes.forEach((node, id) => {
    const missing = node.inputs.filter((i) => !Number.isInteger(i) || i < 0 || i >= id);
    if (missing.length > 0) {
      faults.push(
        `%${id} ${node.op} uses ${missing.map((i) => `%${i}`).join(', ')}, which does not come before it`,
      );
      return;
    }
    try {
      const operands = node.inputs.map((i) => graph.nodes[i]!);
      const found = infer(node.op as OpName, node.attrs as Attributes[OpName], operands);
      if (found.dtype !== node.dtype || !sameShape(found.shape, node.shape)) {
        faults.push(
          `%${id} ${node.op} is ${node.dtype}[${node.shape}], should be ${found.dtype}[${found.shape}]`,
        );
      }
    } catch (thrown) {
      faults.push(`%${id} ${node.op}: ${messageOf(thrown)}`);
    }
  });
  const names = graph.nodes.flatMap((n) => (n.op === 'input' ? [n.attrs.name] : []));
  if (new Set(names).size !== names.length) faults.push(`two inputs have one name: ${names.join(', ')}`);
  for (const o of graph.outputs) {
    if (graph.nodes[o.node] === undefined)
      faults.push(`output ${o.name} is %${o.node}, which does not exist`);
  }
  const [first, ...others] = faults.map((fault) =>
    failure('tensor/invalid-graph', `${graph.name}: ${fault}`),
  );
  return first === undefined ? E.right(graph) : E.left([first, ...others]);
};
