import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../ports/index.js';
import { jit } from './jit.js';
import { createEngine } from './run/engine.js';
import { type Case, checkCase, type Sample } from './testing/agree.js';
import { compositions } from './testing/cases/compositions.js';
import { cases } from './testing/cases/index.js';
import * as tf from './tfjs.js';

// Debian's chromium brings SwiftShader: a Vulkan driver that needs no GPU.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const given = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
if (given === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

const engine = createEngine('webgpu');

// The engine is tried, once: a driver's file says nothing about whether an adapter comes up (without libvulkan1 none does).
const trial = await jit((x: tf.Tensor1D) => tf.add(x, 1), { name: 'trial', engine })({
  dtype: 'float32',
  shape: [2],
  data: Float32Array.of(1, 2),
})();

describe('the webgpu engine', () => {
  it('comes up on a Vulkan driver (Debian: chromium, libvulkan1)', (context) => {
    if (E.isLeft(trial) && process.env.CI !== 'true')
      context.skip(`${trial.left.map(({ message }) => message).join(' ')} Install chromium and libvulkan1.`);
    expect(trial).toMatchObject(E.right({ data: Float32Array.of(2, 3) }));
  });

  afterAll(() => engine.dispose());

  describe.runIf(E.isRight(trial))('agrees with tfjs’s cpu backend on', () => {
    for (const [kernel, checked] of Object.entries({ ...cases, ...compositions }) as [string, Case][]) {
      it(kernel, async () => {
        const { samples, tolerance = 1e-5 } = checked;
        const loose = Math.max(10 * tolerance, ANGLES.has(kernel) ? ANGLE_ERROR : 0);
        await checkCase(
          engine,
          { samples: samples.map(finite).map(ROOTS.has(kernel) ? positive : same), tolerance: loose },
          Number(process.env.RUNS ?? 1),
        );
      });
    }
  });
});

// WGSL lets a GPU leave NaN and infinity out of account, and bounds the error of sine and cosine by 2^-11.
const ANGLES: ReadonlySet<string> = new Set(['Sin', 'Cos', 'Tan', 'RotateWithOffset']);
const ANGLE_ERROR = 2 ** -11;

const same = (sample: Sample): Sample => sample;

// Negative numbers have no logarithm, nor the powers that a half in the place of a zero makes of them.
const ROOTS: ReadonlySet<string> = new Set(['Log', 'Pow']);

/** The sample without negative numbers. */
const positive = (sample: Sample): Sample => ({
  ...sample,
  inputs: Object.fromEntries(
    Object.entries(sample.inputs).map(([name, tensor]) => [
      name,
      { ...tensor, data: tensor.data.map(Math.abs) } as HostTensor,
    ]),
  ),
});

/** The sample without numbers that are not finite, and without zeros, whose logarithm is not. */
const finite = (sample: Sample): Sample => ({
  ...sample,
  inputs: Object.fromEntries(
    Object.entries(sample.inputs).map(([name, tensor]) => [
      name,
      {
        ...tensor,
        data: tensor.data.map((v) =>
          tensor.dtype !== 'float32' || (Number.isFinite(v) && v !== 0) ? v : 0.5,
        ),
      } as HostTensor,
    ]),
  ),
});
