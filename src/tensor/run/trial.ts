import type { HostTensor } from '../../ports/index.js';
import { emit, encodeModel } from '../emit/index.js';
import { engineNames, engines } from '../engines.js';
import { GraphBuilder } from '../graph/index.js';
import { openOnnx } from './onnx-session.js';

/**
 * Runs one convolution on an engine that is one of ONNX Runtime's providers and prints `{"milliseconds": …}` (median of up to five after a warm-up). It is
 * a program of its own, because a driver that is broken ends the whole process.
 */
const [asked, threads = '1'] = process.argv.slice(2);

const engine = engineNames.map((name) => ({ name, ...engines[name] })).find(({ name }) => name === asked);
if (engine?.kind !== 'onnx') throw new Error(`${asked} is no engine that opens ONNX files`);
const { dialect, provider } = engine;

const CHANNELS = 64;
const SIDE = 128;
/** An engine this slow is not measured more closely. */
const ENOUGH_MS = 2000;

const ramp = (...shape: number[]): HostTensor => {
  const length = shape.reduce((a, b) => a * b, 1);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5),
  };
};

const model = (): Uint8Array => {
  const b = new GraphBuilder();
  const x = b.add('input', [], { name: 'x', shape: [1, CHANNELS, SIDE, SIDE], dtype: 'float32' });
  const filter = b.constant(ramp(CHANNELS, CHANNELS, 3, 3));
  const y = b.add('conv', [x, filter], {
    strides: [1, 1],
    padding: [1, 1, 1, 1],
    dilations: [1, 1],
    groups: 1,
  });
  const graph = b.graph('trial', [{ name: 'y', node: b.reduce('mean', y, [0, 1, 2, 3], false) }]);
  return encodeModel(emit(graph, dialect));
};

const session = await openOnnx({
  kind: 'onnx',
  model: model(),
  externalInitialisers: {},
  arena: true,
  provider,
  threads: Number(threads),
});
const run = async (): Promise<number> => {
  const start = performance.now();
  await session.run({ x: ramp(1, CHANNELS, SIDE, SIDE) });
  return performance.now() - start;
};

await run();
const times: number[] = [];
const start = performance.now();
do times.push(await run());
while (times.length < 5 && performance.now() - start < ENOUGH_MS);
const milliseconds = times.toSorted((a, b) => a - b)[times.length >> 1];
process.stdout.write(JSON.stringify({ milliseconds }));
