import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { HostTensor } from '../../ports/index.js';
import { listed, onCpu, type Sample, type Tensors, weighted } from '../../testing/laws/oracle.js';
import { jit } from '../jit.js';
import type { Engine } from '../run/engine.js';
import * as tf from '../tfjs.js';
import { hostTensor } from '../trace/data.js';

export { onCpu, type Sample, type Tensors, weighted };

/** A family of programs that engines must agree on, as data, so that any engine can be put to it. */
export interface Case {
  readonly samples: fc.Arbitrary<Sample>;
  /** Largest error, relative to the result's largest magnitude. Default: 1e-5, and ten times that for gradients. */
  readonly tolerance?: number;
}

const FORWARD = 1e-5;
const GRADIENT = 10;

/** Results smaller than this are compared with this, since they are left over when larger ones cancel. */
const SMALLEST_SCALE = 1e-2;

const tensorOf = ({ dtype, shape, data }: HostTensor): tf.Tensor => {
  if (dtype === 'uint8' || dtype === 'uint16') return tf.tensor(Float32Array.from(data), [...shape]);
  // A copy, since some of tfjs's kernels write into their operands.
  return tf.tensor(data.slice(), [...shape], dtype);
};

/** Runs a program eagerly on tfjs's cpu backend: the oracle. */
export const eagerly = ({ inputs, run }: Sample): readonly HostTensor[] =>
  onCpu(() => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, tensorOf(t)]));
    return listed(run(tensors)).map((t) => hostTensor(t.dataSync().slice(), t));
  });

/** Runs a program compiled on an engine. Throws with the diagnostics when it cannot be. */
export const compiled = async (engine: Engine, { inputs, run }: Sample): Promise<readonly HostTensor[]> => {
  const program = jit(
    (given: Tensors) => Object.fromEntries(listed(run(given)).map((t, i) => [`result${i}`, t])),
    {
      name: 'sample',
      engine,
      cache: 1,
    },
  );
  const results = await program(inputs)();
  program.dispose();
  if (E.isLeft(results)) throw new Error(results.left.map((d) => `${d.code}: ${d.message}`).join('\n'));
  return Object.values(results.right);
};

/** The largest error relative to the largest finite magnitude; infinite where shapes, dtypes, NaNs or infinities differ. */
export const relativeError = (actual: HostTensor, expected: HostTensor): number => {
  const sameForm =
    actual.dtype === expected.dtype && JSON.stringify(actual.shape) === JSON.stringify(expected.shape);
  if (!sameForm) return Number.POSITIVE_INFINITY;
  let [scale, error] = [SMALLEST_SCALE, 0];
  expected.data.forEach((value, i) => {
    const found = actual.data[i]!;
    if (Number.isFinite(value)) {
      scale = Math.max(scale, Math.abs(value));
      error = Math.max(error, Number.isFinite(found) ? Math.abs(found - value) : Number.POSITIVE_INFINITY);
    } else if (!Object.is(found, value)) error = Number.POSITIVE_INFINITY;
  });
  return expected.dtype === 'float32' ? error / scale : error;
};

const show = ({ dtype, shape, data }: HostTensor): string =>
  `${dtype}[${shape}] ${[...data.slice(0, 24)].map((v) => Number(v.toPrecision(7))).join(' ')}`;

/** Runs a sample both ways. Throws when a result differs by more than `tolerance`. */
export const expectAgreement = async (engine: Engine, sample: Sample, tolerance: number): Promise<void> => {
  const expected = eagerly(sample);
  const actual = await compiled(engine, sample);
  expected.forEach((e, i) => {
    const error = relativeError(actual[i]!, e);
    if (error > tolerance) {
      const inputs = Object.entries(sample.inputs).map(([name, t]) => `${name}: ${show(t)}`);
      throw new Error(
        `result ${i} is off by ${error.toExponential(2)}\nexpected ${show(e)}\nfound    ${show(actual[i]!)}\n${inputs.join('\n')}`,
      );
    }
  });
};

/** The gradients of a sample's weighted sum by the inputs that it names, as a sample that has them in turn. */
export const gradientsOf = ({ inputs, run, by = [] }: Sample): Sample => ({
  inputs,
  by,
  run: (given) => {
    const slopes = tf.grads((...xs: tf.Tensor[]) =>
      weighted(run({ ...given, ...Object.fromEntries(by.map((name, i) => [name, xs[i]!])) })),
    );
    return slopes(by.map((name) => given[name]!));
  },
});

/** Checks a case on an engine, forward, and the gradients where it has them. */
export const checkCase = (engine: Engine, { samples, tolerance = FORWARD }: Case, runs: number) =>
  fc.assert(
    fc.asyncProperty(samples, async (sample) => {
      await expectAgreement(engine, sample, tolerance);
      if (sample.by !== undefined) await expectAgreement(engine, gradientsOf(sample), tolerance * GRADIENT);
    }),
    { numRuns: runs },
  );
