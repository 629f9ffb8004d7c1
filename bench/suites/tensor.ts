import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pyramid } from '../../src/nn/generators/pyramid.js';
import { resnet } from '../../src/nn/generators/resnet.js';
import { initialise } from '../../src/nn/initialise.js';
import type { Network } from '../../src/nn/network.js';
import type { HostTensor } from '../../src/ports/index.js';
import { jit } from '../../src/tensor/index.js';
import * as tf from '../../src/tensor/tfjs.js';
import { type Row, sideBySide } from '../measure.js';
import { fmaPeak, openTorch, openWasm, type Peer, torchMemory } from '../peer.js';
import type { Suite } from '../suite.js';
import { must, noise } from '../tensors.js';

type Weights = Readonly<Record<string, HostTensor>>;

const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const baked = (weights: Weights): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data as Float32Array, [...shape]),
    ]),
  );

/** A photo as files hold it: bytes in, bytes out. */
const photo = (network: Network, shape: readonly number[]): (() => Promise<void>) => {
  const weights = initialise(network, 7);
  const run = jit(
    (x: tf.Tensor4D) => {
      const edited = network.apply(baked(weights), tf.sub(tf.mul(x, 2 / 255), 1));
      return tf.mul(tf.add(edited, 1), 127.5);
    },
    { name: 'photo', as: { output: 'uint8' } },
  );
  const data = new Uint8Array(elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = (i * 31) % 251;
  const x = { dtype: 'uint8', shape, data };
  return async () => void must(await run(x as never)());
};

const inference = (network: Network, shape: readonly number[]): (() => Promise<void>) => {
  const weights = initialise(network, 7);
  const run = jit((x: tf.Tensor4D) => network.apply(baked(weights), x), { name: 'inference' });
  const x = noise(shape);
  return async () => void must(await run(x as never)());
};

const training = (network: Network, shape: readonly number[]): (() => Promise<void>) => {
  const weights = initialise(network, 7);
  const names = Object.keys(weights);
  const run = jit(
    ({ w, x }: { w: Record<string, tf.Tensor>; x: tf.Tensor4D }) => {
      const loss = (...values: tf.Tensor[]): tf.Scalar =>
        tf.mean(tf.square(network.apply(Object.fromEntries(names.map((name, i) => [name, values[i]!])), x)));
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => w[name]!));
      return { value, grads };
    },
    { name: 'training' },
  );
  const x = noise(shape);
  return async () => void must(await run({ w: weights, x } as never)());
};

const convolution = (): (() => Promise<void>) => {
  const filter = noise([3, 3, 256, 256], 0.05);
  const run = jit((x: tf.Tensor4D) =>
    tf.conv2d(x, tf.tensor4d(filter.data as Float32Array, [3, 3, 256, 256]), 1, 'same'),
  );
  const x = noise([4, 64, 64, 256]);
  return async () => void must(await run(x as never)());
};

export const cases: Readonly<Record<string, () => () => Promise<void>>> = {
  convolution,
  'resnet-256': () => inference(resnet(), [1, 256, 256, 3]),
  'resnet-1024': () => inference(resnet(), [1, 1024, 1024, 3]),
  'resnet-training': () => training(resnet(), [4, 256, 256, 3]),
  'pyramid-2400': () => inference(pyramid({ levels: 4 }), [1, 2400, 2400, 3]),
  'pyramid-photo': () => photo(pyramid({ levels: 4 }), [1, 2400, 2400, 3]),
};

/** Peak resident memory of one case in a process of its own, in MiB; compiled, as users have it. */
const memoryOf = (name: string): number => {
  const compiled = fileURLToPath(new URL('../dist/bench/peers/peak-memory.js', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [compiled, name], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return Number(stdout);
};

export const suite: Suite = {
  title: 'Tensor executor',
  cases: Object.keys(cases),
  run: async (runs, only, measure) => {
    const opened: readonly (Peer | string)[] = await Promise.all([openTorch(), openWasm()]);
    const [torch, wasm] = opened.map((peer, i) =>
      typeof peer === 'string' ? { name: ['torch', 'wasm'][i]!, skipped: peer } : peer,
    );
    const peak = fmaPeak();
    const rows: Row[] = [];
    for (const [name, make] of Object.entries(cases)) {
      if (only !== undefined && !name.includes(only)) continue;
      const peers = [torch!, ...(name === 'convolution' ? [wasm!] : [])];
      const measured = async (): Promise<Row> => {
        const row = await sideBySide(name, make(), peers, runs);
        const theirs = torchMemory(name);
        return {
          ...row,
          figures: { MiB: memoryOf(name), ...(theirs === undefined ? {} : { 'torch MiB': theirs }) },
        };
      };
      rows.push(await measure(name, measured));
    }
    for (const peer of opened) if (typeof peer !== 'string') peer.close();
    const gflop = (2 * 9 * 256 * 256 * 64 * 64 * 4) / 1e9;
    const conv = rows.find((r) => r.name === 'convolution');
    const direct = conv === undefined ? undefined : gflop / (conv.ms / 1e3);
    const notes = [
      typeof peak === 'string'
        ? `Fused-multiply-add peak: not measured (${peak}).`
        : `Fused-multiply-add peak of this run: ${peak.toFixed(0)} GFLOPS.`,
      ...(direct === undefined
        ? []
        : [`The convolution does the work of ${direct.toFixed(0)} GFLOPS of direct convolution.`]),
      ...Object.entries(Object.assign({}, ...rows.map((r) => r.skipped)) as Record<string, string>).map(
        ([peer, why]) => `${peer} was left out: ${why}.`,
      ),
      'wasm is tfjs-backend-wasm as it runs in Node: with SIMD, on one thread, whatever it is asked for.',
      'Times are calls as a user makes them: copying inputs to the engine and results back included. MiB is the peak resident memory of a process that runs the case three times.',
    ];
    return { rows, notes };
  },
};
