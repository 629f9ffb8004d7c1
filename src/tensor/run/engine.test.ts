import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { jit } from '../jit.js';
import * as tf from '../tfjs.js';
import { createEngine, type Engine } from './engine.js';
import { surveyEngines } from './survey.js';

const picture: HostTensor = {
  dtype: 'float32',
  shape: [1, 12, 10, 3],
  data: Float32Array.from({ length: 360 }, (_, i) => Math.sin(i)),
};

const program = ({ x }: { x: tf.Tensor4D }) => ({
  y: tf.relu(tf.conv2d(x, tf.fill([3, 3, 3, 4], 0.25) as tf.Tensor4D, 1, 'same')),
});

const resultOn = async (
  engine: Engine,
): Promise<E.Either<readonly { readonly code: string; readonly message: string }[], Float32Array>> => {
  const f = jit(program, { engine, name: 'soften' });
  const result = await f({ x: picture } as never)();
  f.dispose();
  await engine.dispose();
  return E.isLeft(result) ? result : E.right(result.right.y.data as Float32Array);
};

describe('engines', () => {
  it('tfjs-cpu replays the recorded kernels and agrees with cpu', async () => {
    const [cpu, oracle] = [await resultOn(createEngine('cpu')), await resultOn(createEngine('tfjs-cpu'))];
    if (E.isLeft(cpu) || E.isLeft(oracle)) throw new Error(JSON.stringify([cpu, oracle]));
    for (const [i, value] of oracle.right.entries()) expect(cpu.right[i]).toBeCloseTo(value, 5);
  });

  it('tfjs-node-gpu says how to install it when it is not there', async () => {
    const result = await resultOn(createEngine('tfjs-node-gpu'));
    expect(E.isLeft(result) && result.left[0]?.code).toBe('tensor/compile-failed');
    expect(E.isLeft(result) && result.left[0]?.message).toMatch(
      /soften.*npm install @tensorflow\/tfjs-node-gpu/,
    );
  });

  it('an engine that the machine lacks fails with the operator’s name, and the process goes on', async () => {
    const result = await resultOn(createEngine(process.platform === 'darwin' ? 'dml' : 'coreml'));
    expect(E.isLeft(result) && result.left[0]?.message).toContain('soften');
  });

  it('the survey lists every engine, with the reason where one does not work', async () => {
    const reports = await surveyEngines();
    expect(reports.map((r) => r.name).toSorted()).toEqual([
      'coreml',
      'cpu',
      'cuda',
      'dml',
      'tfjs-cpu',
      'tfjs-node-gpu',
      'webgpu',
    ]);
    expect(reports.find((r) => r.name === 'cpu')).toMatchObject({
      works: true,
      milliseconds: expect.any(Number),
    });
    for (const { works, note, hint } of reports)
      if (!works) expect(note !== undefined && hint !== undefined).toBe(true);
  });
});
