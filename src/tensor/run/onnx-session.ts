import * as ort from 'onnxruntime-node';
import type { DType, HostTensor } from '../../ports/index.js';
import { fromHalf, toHalf } from './half.js';
import type { Job, ModelValue } from './protocol.js';
import type { Session } from './session.js';

const toOrt = ({ dtype, shape, data }: HostTensor): ort.Tensor => new ort.Tensor(dtype, data, shape);

const fromOrt = (tensor: ort.Tensor): HostTensor => {
  const shape = [...tensor.dims];
  if (tensor.type === 'float16') {
    // Where JavaScript has half-precision arrays, these are ones.
    const { buffer, byteOffset, length } = tensor.data as Uint16Array;
    return { dtype: 'float32', shape, data: fromHalf(new Uint16Array(buffer, byteOffset, length)) };
  }
  return { dtype: tensor.type as DType, shape, data: tensor.data } as HostTensor;
};

/** A tensor in the kind of numbers that a model takes, where there is no such kind outside of it. */
const asTaken = (tensor: HostTensor, taken: string | undefined): ort.Tensor => {
  const { dtype, data, shape } = tensor;
  if (dtype === 'float32' && taken === 'float16') return new ort.Tensor('float16', toHalf(data), shape);
  if (dtype === 'float32' && taken === 'float64')
    return new ort.Tensor('float64', Float64Array.from(data), shape);
  if (dtype === 'int32' && taken === 'int64')
    return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  return toOrt(tensor);
};

const toFeeds = (
  tensors: Readonly<Record<string, HostTensor>>,
  types: ReadonlyMap<string, string>,
): Record<string, ort.Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, asTaken(tensor, types.get(name))]),
  );

const declared = (value: ort.InferenceSession.ValueMetadata): ModelValue =>
  value.isTensor
    ? {
        name: value.name,
        type: value.type,
        // ONNX Runtime gives free axes as -1, or by their name.
        shape: value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : undefined)),
      }
    : { name: value.name, shape: [] };

/**
 * Opens an ONNX model in ONNX Runtime. What it takes or gives in half precision is float32 outside. Rejects with ONNX Runtime's own message when it refuses.
 */
export const openOnnx = async ({
  model,
  externalInitialisers,
  provider,
  threads,
  arena,
}: Extract<Job, { kind: 'onnx' }>): Promise<Session> => {
  const session = await ort.InferenceSession.create(model, {
    // The CPU provider is always behind it, for operators that the provider lacks.
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    // The pattern's block is allocated beside the arena, which stays: twice the memory for the same speed.
    enableMemPattern: false,
    enableCpuMemArena: arena,
    // Idle threads that spin for long would take the cores from decoding and encoding; waking them takes 50 µs.
    extra: {
      session: { intra_op: { allow_spinning: '1', spin_duration_us: '200' }, force_spinning_stop: '1' },
    },
  });
  const types = new Map(
    session.inputMetadata.flatMap((each) => (each.isTensor ? [[each.name, each.type] as const] : [])),
  );
  const held = toFeeds(externalInitialisers, types);
  return {
    signature: {
      inputs: session.inputMetadata.map(declared),
      outputs: session.outputMetadata.map(declared),
    },
    run: async (feeds) => {
      const results = await session.run({ ...held, ...toFeeds(feeds, types) });
      return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, fromOrt(t)]));
    },
    release: () => session.release(),
  };
};
