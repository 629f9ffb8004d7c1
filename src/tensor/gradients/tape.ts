import * as tf from '../tfjs.js';

type TapeNode = readonly unknown[];

interface Taped {
  addTapeNode: (...node: TapeNode) => void;
  saveTensorsForBackwardMode: (tensors: readonly (tf.Tensor | undefined)[]) => readonly tf.Tensor[];
  readonly state: { readonly kernelDepth: number; readonly activeTape: object | null };
}

/**
 * Keeps tfjs's tape in order. An operation that saves its result for the gradient clones it, and tfjs writes the clone
 * on the tape before the operation that makes the result. Differentiating a second time walks the tape forwards, meets
 * the clone first and takes it for a constant: a part of the second derivative of exp, sigmoid, tanh, softmax, max, elu
 * and others is lost, without a word where another part is left. Here clones wait until their operation is written.
 */
export const keepTapeInOrder = (): void => {
  const engine = tf.engine() as unknown as Taped;
  const write = engine.addTapeNode.bind(engine);
  let waiting: { readonly tape: object | null; readonly nodes: readonly TapeNode[] } = {
    tape: null,
    nodes: [],
  };
  engine.addTapeNode = (...node) => {
    const { kernelDepth, activeTape } = engine.state;
    const held = waiting.tape === activeTape ? waiting.nodes : [];
    if (kernelDepth > 0) {
      waiting = { tape: activeTape, nodes: [...held, node] };
      return;
    }
    waiting = { tape: activeTape, nodes: [] };
    for (const each of [node, ...held]) write(...each);
  };
};

/** Lets gradients save optional inputs: tfjs clones the ones that are absent as well, and throws. */
export const saveOptionalInputs = (): void => {
  const engine = tf.engine() as unknown as Taped;
  const save = engine.saveTensorsForBackwardMode.bind(engine);
  engine.saveTensorsForBackwardMode = (tensors) => save(tensors.filter((t) => t !== undefined));
};
