import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '../../src/tensor/tfjs.js';

// tfjs's WebAssembly backend, spoken to like the PyTorch peer: a case's name a line in, milliseconds a line out.
wasm.setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
wasm.setThreadsCount(availableParallelism());
await tf.setBackend('wasm');

const cases: Readonly<Record<string, () => () => Promise<void>>> = {
  convolution: () => {
    const x = tf.randomUniform<tf.Rank.R4>([4, 64, 64, 256]);
    const filter = tf.randomUniform<tf.Rank.R4>([3, 3, 256, 256]);
    return async () => {
      const y = tf.conv2d(x, filter, 1, 'same');
      await y.data();
      y.dispose();
    };
  },
};

let name = '';
let run: () => Promise<void> = async () => {};
process.stdout.write(`ready ${tf.version_core}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== name) {
    run = cases[line]!();
    name = line;
    await run();
  }
  const start = performance.now();
  await run();
  process.stdout.write(`${performance.now() - start}\n`);
}
