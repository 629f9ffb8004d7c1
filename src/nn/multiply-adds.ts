import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Diagnostics } from '../diagnostics/index.js';
import { elementCount, type Graph, type Node } from '../tensor/graph/index.js';
import type * as tf from '../tensor/tfjs.js';
import { record, type TensorSpec } from '../tensor/trace/record.js';
import type { Learner, Parameters } from './network.js';

/** Multiply-adds of one operator: those of convolutions and matrix products, since no other kind counts beside them. */
const ofNode = ({ nodes }: Graph, node: Node): number => {
  const [first, second] = node.inputs.map((i) => nodes[i]!.shape);
  switch (node.op) {
    case 'conv':
      return elementCount(node.shape) * elementCount(second!.slice(1));
    case 'convInputGradient':
      return elementCount(first!) * elementCount(second!.slice(1));
    case 'convFilterGradient':
      return elementCount(second!) * elementCount(node.shape.slice(1));
    case 'matmul':
      return elementCount(node.shape) * (node.attrs.transposeA ? first!.at(-2)! : first!.at(-1)!);
    default:
      return 0;
  }
};

/** Multiply-adds of a recorded program. */
export const graphMultiplyAdds = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => sum + ofNode(graph, node), 0);

/**
 * How many multiplications, each with an addition, a network takes for one picture of so many pixels, counted in what is
 * recorded of it, before any rewriting. A transposed convolution counts each of its inputs once, not the zeros between
 * them. Fails with what recording fails with.
 */
export const multiplyAdds = (
  { parameters, apply }: Learner<unknown>,
  height: number,
  width: number,
): E.Either<Diagnostics, number> => {
  const float = (shape: readonly number[]): TensorSpec => ({ shape, dtype: 'float32' });
  const specs = {
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, { shape }]) => [name, float(shape)]),
    ),
    pictures: float([1, height, width, 3]),
  };
  const run = (given: { readonly parameters: Parameters; readonly pictures: tf.Tensor4D }): unknown =>
    apply(given.parameters, given.pictures);
  return pipe(
    record('network', run, specs),
    E.map(({ graph }) => graphMultiplyAdds(graph)),
  );
};
