import { messageOf } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { engineNames, engines, type TfjsBackend } from '../engines.js';
import { installKernels } from '../kernels/index.js';
import * as tf from '../tfjs.js';
import { hostTensor } from '../trace/data.js';
import type { KernelCall, ProgramOutput, ValueId } from '../trace/program.js';
import type { Job } from './protocol.js';
import type { Session } from './session.js';

const toTfjs = ({ dtype, shape, data }: HostTensor): tf.Tensor =>
  dtype === 'uint8' || dtype === 'uint16'
    ? tf.tensor(Float32Array.from(data), [...shape], 'float32')
    : tf.tensor(data, [...shape], dtype);

/** Loads the package of an engine that is not part of every installation: its binaries do not install everywhere. */
const loadBackend = async (backend: TfjsBackend): Promise<void> => {
  for (const name of engineNames) {
    const engine = engines[name];
    if (engine.kind !== 'tfjs' || engine.backend !== backend || engine.isEverywhere) continue;
    try {
      await import(engine.package as string);
    } catch (thrown) {
      throw new Error(
        `the engine ${name} cannot be loaded (${messageOf(thrown)}). To have it: ${engine.needs}`,
        { cause: thrown },
      );
    }
  }
};

/** Makes a recorded program ready to be run kernel by kernel on a tfjs backend. */
export const openReplay = async ({
  program,
  backend,
}: Extract<Job, { kind: 'replay' }>): Promise<Session> => {
  await loadBackend(backend);
  tf.enableProdMode();
  await tf.setBackend(backend);
  installKernels(backend);

  const call = (
    values: Map<ValueId, tf.Tensor>,
    { kernel, inputs, list, attrs, outputs }: KernelCall,
  ): void => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, values.get(value)!]),
    );
    const operands = (list ? Object.values(tensors) : tensors) as tf.NamedTensorMap;
    const results = tf
      .engine()
      .runKernel<tf.Tensor | tf.Tensor[]>(kernel, operands, attrs as tf.NamedAttrMap);
    const made = Array.isArray(results) ? results : [results];
    for (const [i, value] of outputs.entries()) values.set(value, made[i]!);
  };

  const read = (tensor: tf.Tensor, { dtype }: ProgramOutput): HostTensor => {
    const integers =
      dtype === undefined
        ? undefined
        : tf.clipByValue(tf.round(tensor), 0, dtype === 'uint8' ? 255 : 65535).dataSync();
    if (dtype === 'uint8') return { dtype, shape: tensor.shape, data: Uint8Array.from(integers!) };
    if (dtype === 'uint16') return { dtype, shape: tensor.shape, data: Uint16Array.from(integers!) };
    // Copied, since an output may be one of the constants, which the next run needs.
    return hostTensor(tensor.dataSync().slice(), tensor);
  };

  return {
    signature: { inputs: [], outputs: [] },
    run: async (feeds) => {
      tf.engine().startScope('replay');
      try {
        const values = new Map<ValueId, tf.Tensor>(
          program.constants.map(([value, tensor]) => [value, toTfjs(tensor)]),
        );
        for (const { name, value } of program.inputs) values.set(value, toTfjs(feeds[name]!));
        for (const kernelCall of program.calls) call(values, kernelCall);
        return Object.fromEntries(
          program.outputs.map((output) => [output.name, read(values.get(output.value)!, output)]),
        );
      } finally {
        tf.engine().endScope();
      }
    },
    release: async () => {},
  };
};
