import * as E from 'fp-ts/lib/Either.js';
import { initialise } from '../../nn/initialise.js';
import type { Learner, Parameters } from '../../nn/network.js';
import { type CheckedParams, type CheckedRecordType, paramErrors } from '../../operator/params/index.js';
import type { AnyPart } from '../../operator/part.js';
import type { HostTensor } from '../../ports/index.js';
import { jit } from '../../tensor/jit.js';
import { createEngine } from '../../tensor/run/engine.js';
import * as tf from '../../tensor/tfjs.js';
import { differenceError } from '../laws/finite-differences.js';
import { listed, onCpu, type Sample, type Tensors } from '../laws/oracle.js';

/** That a part breaks a law. */
export class PartError extends Error {
  override readonly name = 'PartError';
  /** Name of the part. */
  readonly part: string;
  /** Name of the law. */
  readonly law: string;

  constructor({ name }: AnyPart, law: string, how: string) {
    super(`${name} breaks the law "${law}": ${how}.`);
    this.part = name;
    this.law = law;
  }
}

/** What a part was held to. */
export interface PartChecked {
  readonly part: string;
  /** Names of the laws, all of which it obeys. */
  readonly laws: readonly string[];
}

/** What a part is tried with. */
export interface PartOptions {
  /** Parameters as they would stand in YAML. Default: none. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A law: undefined where it is kept, else what is wrong. */
export type PartLaw = readonly [name: string, check: () => string | undefined | Promise<string | undefined>];

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Holds a part to laws, the first that is broken is thrown. */
export const held = async (part: AnyPart, laws: readonly PartLaw[]): Promise<PartChecked> => {
  for (const [law, check] of laws) {
    const how = await Promise.resolve()
      .then(check)
      .catch((thrown: unknown) => `it threw ${messageOf(thrown)}`);
    if (how !== undefined) throw new PartError(part, law, how);
  }
  return { part: part.name, laws: laws.map(([law]) => law) };
};

/** Parameters as the part's functions take them. @throws TypeError where the part's own codec refuses them */
export const readParams = (
  { name, params }: AnyPart & { readonly params: CheckedRecordType },
  written: Readonly<Record<string, unknown>>,
): CheckedParams => {
  const read = params.codec.decode(written);
  if (E.isRight(read)) return read.right;
  const [first] = paramErrors(read.left);
  throw new TypeError(
    `\`${name}\` cannot have these parameters: \`${first?.context.at(-1)?.key}\` ${first?.message}.`,
  );
};

/** Noise of -1..1, the same for the same seed. */
export const noise = (shape: readonly number[], seed: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  }),
});

/** Pictures [2,H,W,3] of different kinds: noise, ramps, and one value. */
export const picturesOf = (
  height: number,
  width: number,
): readonly (readonly [what: string, picture: HostTensor<'float32'>])[] => {
  const shape = [2, height, width, 3];
  const ramp = Float32Array.from({ length: 6 * height * width }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    return (2 * x) / Math.max(1, width - 1) - 1;
  });
  return [
    ['noise', noise(shape, 1)],
    ['a ramp', { dtype: 'float32', shape, data: ramp }],
    ['black', { dtype: 'float32', shape, data: new Float32Array(ramp.length).fill(-1) }],
  ];
};

/** What a program gives on tfjs's own kernels. */
export const eagerly = ({ inputs, run }: Sample): readonly HostTensor[] =>
  onCpu(() =>
    listed(
      run(
        Object.fromEntries(
          Object.entries(inputs).map(([name, t]) => [
            name,
            tf.tensor(t.data.slice(), [...t.shape], 'float32'),
          ]),
        ),
      ),
    ).map((t) => ({ dtype: 'float32', shape: t.shape, data: t.dataSync().slice() as Float32Array })),
  );

/** What it gives compiled. */
const compiled = async ({ inputs, run }: Sample): Promise<readonly HostTensor[]> => {
  const engine = createEngine('cpu');
  try {
    const program = jit(
      (given: Tensors) => Object.fromEntries(listed(run(given)).map((t, i) => [`result${i}`, t])),
      { engine, name: 'part', cache: 1 },
    );
    const results = await program(inputs)();
    if (E.isLeft(results)) throw new Error(results.left[0].message);
    return Object.values(results.right);
  } finally {
    await engine.dispose();
  }
};

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest difference of results, as a share of the largest magnitude; infinite where shapes differ. */
const differenceOf = (ones: readonly HostTensor[], others: readonly HostTensor[]): number =>
  Math.max(
    0,
    ...ones.map((one, i) => {
      const other = others[i];
      if (other === undefined || String(one.shape) !== String(other.shape)) return Number.POSITIVE_INFINITY;
      const apart = largest(Float64Array.from(one.data, (value, at) => value - other.data[at]!));
      return apart / Math.max(1, largest(one.data));
    }),
  );

/** Rounding of float32 over a network's depth. */
const ROUNDING = 2e-4;
/** Of gradients beside differences, both in double precision. */
const SLOPES = 1e-4;

/** Laws of every pure tensor function: of parameters, pictures, or both. */
export const tensorLaws = (
  sample: (height: number, width: number) => Sample,
  [height, width]: readonly [number, number],
): readonly PartLaw[] => [
  [
    'gives the same for the same',
    () =>
      differenceOf(eagerly(sample(height, width)), eagerly(sample(height, width))) === 0
        ? undefined
        : 'two runs differ',
  ],
  [
    'is the same compiled as on tfjs’s own kernels',
    async () => {
      const apart = differenceOf(eagerly(sample(height, width)), await compiled(sample(height, width)));
      return apart <= ROUNDING ? undefined : `results differ by ${apart.toExponential(1)}`;
    },
  ],
  [
    'has the gradients that differences show',
    () => {
      const error = differenceError(sample(height, width));
      return error <= SLOPES
        ? undefined
        : `a slope is ${error.toExponential(1)} from the difference of two values`;
    },
  ],
];

/** Laws of what a network says of its parameters. */
export const parameterLaws = ({ parameters }: Pick<Learner<unknown>, 'parameters'>): readonly PartLaw[] => [
  [
    'has parameters of whole sides',
    () => {
      const wrong = Object.entries(parameters).find(([, { shape }]) =>
        shape.some((side) => !Number.isInteger(side) || side < 1),
      );
      if (Object.keys(parameters).length === 0) return 'it has none, so there is nothing to learn';
      return wrong && `the sides of \`${wrong[0]}\` are [${wrong[1].shape}]`;
    },
  ],
];

/** Weights that a network may have: as it starts, and moved a little, so that what begins at 0 is tried as well. */
export const weightsOf = (
  network: Pick<Learner<unknown>, 'parameters'>,
): Readonly<Record<string, HostTensor<'float32'>>> =>
  Object.fromEntries(
    Object.entries(initialise(network, 5)).map(([name, tensor], i) => [
      name,
      { ...tensor, data: tensor.data.map((value, at) => value + 0.05 * Math.sin(1.3 * at + i)) },
    ]),
  );

const PREFIX = 'parameter ';

/** A network on pictures as a program, differentiated by all that it is given. */
export const sampleOf = (
  network: Learner<tf.Tensor4D | readonly tf.Tensor4D[]>,
  pictures: HostTensor<'float32'>,
): Sample => {
  const weights = weightsOf(network);
  const inputs = {
    pictures,
    ...Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [`${PREFIX}${name}`, tensor])),
  };
  return {
    inputs,
    by: Object.keys(inputs),
    run: (given) => {
      const parameters: Parameters = Object.fromEntries(
        Object.keys(weights).map((name) => [name, given[`${PREFIX}${name}`]!]),
      );
      return network.apply(parameters, given.pictures as tf.Tensor4D);
    },
  };
};
