import * as E from 'fp-ts/lib/Either.js';
import { networkOfPart } from '../../nn/parts/catalogue.js';
import type {
  DiscriminatorPart,
  GeneratorPart,
  LossPart,
  OptimiserPart,
  SchedulePart,
} from '../../nn/parts/part.js';
import { cycleLengths } from '../../nn/schedules/schedule.js';
import type { HostTensor } from '../../ports/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { Sample } from '../laws/oracle.js';
import {
  eagerly,
  held,
  noise,
  type PartChecked,
  type PartLaw,
  type PartOptions,
  parameterLaws,
  picturesOf,
  readParams,
  sampleOf,
  tensorLaws,
} from './laws.js';
import { trainedWith } from './training.js';

/** What a training is told beside the part that is tried. */
const small = {
  generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
  discriminator: { patch: { layers: 1, width: 4 } },
  losses: { adversarial: 0.1, pixel: 1 },
  schedule: { cosine: 8 },
};

/** A name with parameters, as it stands in YAML. */
const named = (name: string, params: PartOptions['params'] = {}): unknown => ({ [name]: params });

const allFinite = (tensors: readonly HostTensor[]): boolean =>
  tensors.every(({ data }) => data.every(Number.isFinite));

const trains =
  (part: Parameters<typeof trainedWith>[0][number], written: Readonly<Record<string, unknown>>): PartLaw[1] =>
  async () => {
    const { wrong, last, learned } = await trainedWith([part], { ...small, ...written });
    const endless = Object.entries(last.metrics).find(([, value]) => !Number.isFinite(value));
    if (endless !== undefined) return `after four steps the figure \`${endless[0]}\` is ${endless[1]}`;
    return wrong ?? (learned ? undefined : 'four steps leave every weight of the generator as it was');
  };

const RESUMED = 'trains, and goes on bit by bit where it was stopped';

/** Sizes that a generator is tried at: even ones, odd ones, and a thin one. */
const SIZES = [
  [16, 16],
  [13, 22],
  [3, 9],
] as const;

/**
 * Holds a generator to the laws: pictures of any size come out as large, of finite values; a picture does not see its neighbours in the
 * batch; it is the same compiled as on tfjs's own kernels, and its gradients, by pictures and by every parameter, are those that differences
 * show; what `model.json` says of it gives it again; it trains, and goes on bit by bit where it was stopped.
 *
 * @throws PartError for the first law that it breaks
 */
export const checkGenerator = (
  part: GeneratorPart,
  { params = {} }: PartOptions = {},
): Promise<PartChecked> => {
  const network = part.network(readParams(part, params));
  const at = (height: number, width: number): Sample => sampleOf(network, noise([2, height, width, 3], 1));
  return held(part, [
    ...parameterLaws(network),
    [
      'gives pictures as large, of finite values',
      () => {
        for (const [height, width] of SIZES)
          for (const [what, pictures] of picturesOf(height, width)) {
            const [made] = eagerly(sampleOf(network, pictures));
            if (String(made?.shape) !== String(pictures.shape))
              return `of ${what} [${pictures.shape}] it makes [${made?.shape}]`;
            if (!allFinite([made!]))
              return `of ${what} [${pictures.shape}] it makes values that are not finite`;
          }
        return undefined;
      },
    ],
    [
      'lets no picture see its neighbours in the batch',
      () => {
        const both = noise([2, 16, 16, 3], 1);
        const half = both.data.length / 2;
        const alone = { ...both, shape: [1, 16, 16, 3], data: both.data.slice(0, half) };
        const [[of], [by]] = [eagerly(sampleOf(network, both)), eagerly(sampleOf(network, alone))];
        return by!.data.every((value, i) => Math.abs(value - of!.data[i]!) <= 1e-5)
          ? undefined
          : 'what becomes of a picture depends on the one beside it';
      },
    ],
    ...tensorLaws(at, [8, 8]),
    [
      'is what model.json says of it',
      () => {
        const read = readParams(part, params) as object;
        const options = Object.fromEntries(
          Object.entries(read).map(([name, value]) => [name, Number(value)]),
        );
        const again = networkOfPart(part, { kind: part.name, options });
        if (E.isLeft(again)) return again.left;
        return JSON.stringify(again.right.parameters) === JSON.stringify(network.parameters)
          ? undefined
          : 'its parameters are others';
      },
    ],
    [RESUMED, trains(part, { generator: named(part.name, params) })],
  ]);
};

/**
 * Holds a discriminator to the laws: maps of logits [N,h,w,1], of finite values; the same compiled; gradients that differences show; it
 * trains, and goes on bit by bit where it was stopped.
 *
 * @throws PartError for the first law that it breaks
 */
export const checkDiscriminator = (
  part: DiscriminatorPart,
  { params = {} }: PartOptions = {},
): Promise<PartChecked> => {
  const network = part.network(readParams(part, params));
  const at = (height: number, width: number): Sample => sampleOf(network, noise([2, height, width, 3], 1));
  return held(part, [
    ...parameterLaws(network),
    [
      'gives maps of logits, of finite values',
      () => {
        for (const [what, pictures] of picturesOf(32, 24)) {
          const maps = eagerly(sampleOf(network, pictures));
          const wrong = maps.find(({ shape }) => shape.length !== 4 || shape[0] !== 2 || shape[3] !== 1);
          if (maps.length === 0) return 'it gives none';
          if (wrong !== undefined) return `of [${pictures.shape}] it gives [${wrong.shape}]`;
          if (!allFinite(maps)) return `of ${what} it gives values that are not finite`;
        }
        return undefined;
      },
    ],
    ...tensorLaws(at, [24, 24]),
    [RESUMED, trains(part, { discriminator: named(part.name, params) })],
  ]);
};

/**
 * Holds a loss to the laws: a scalar, finite also where both pictures are the same, where one is black, and where one is one value; the same
 * compiled; a gradient by the result that differences show; it trains, and goes on bit by bit where it was stopped.
 *
 * @throws PartError for the first law that it breaks
 */
export const checkLoss = (part: LossPart, { params = {} }: PartOptions = {}): Promise<PartChecked> => {
  const written = { weight: 1, ...params };
  const loss = part.loss(readParams(part, written));
  const of = (result: HostTensor<'float32'>, reference: HostTensor<'float32'>): Sample => ({
    inputs: { result, reference },
    by: ['result'],
    run: (given) => loss(given.result as tf.Tensor4D, given.reference as tf.Tensor4D),
  });
  const pictures = picturesOf(32, 32);
  return held(part, [
    [
      'gives one finite number',
      () => {
        for (const [a, result] of pictures)
          for (const [b, reference] of pictures) {
            const [value] = eagerly(of(result, reference));
            if (value?.data.length !== 1) return `it gives [${value?.shape}] in the place of a scalar`;
            if (!allFinite([value])) return `of ${a} beside ${b} it is ${value.data[0]}`;
          }
        return undefined;
      },
    ],
    [
      'has finite gradients, also where both pictures are the same',
      () => {
        const wrong = pictures.find(([, picture]) => {
          const { inputs, run } = of(picture, picture);
          const slopes = eagerly({
            inputs,
            run: (given) =>
              tf.grad((x: tf.Tensor) => run({ ...given, result: x }) as tf.Tensor)(given.result!),
          });
          return !allFinite(slopes);
        });
        return wrong && `of ${wrong[0]} they are not`;
      },
    ],
    ...tensorLaws((h, w) => of(noise([2, h, w, 3], 1), noise([2, h, w, 3], 2)), [32, 32]),
    [RESUMED, trains(part, { losses: { ...small.losses, [part.name]: written } })],
  ]);
};

const scalarOf = (value: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

/** Updates that a bowl is rolled down for. */
const ROLLS = 200;

/**
 * Holds an optimiser to the laws: weights and both means keep their names and shapes; scalars have the same names at every pace; a
 * multiplier of 0 leaves the weights as they are; it gets down a bowl; it trains, and goes on bit by bit where it was stopped.
 *
 * @throws PartError for the first law that it breaks
 */
export const checkOptimiser = (
  part: OptimiserPart,
  { params = {} }: PartOptions = {},
): Promise<PartChecked> => {
  const read = readParams(part, params);
  const { scalars, step } = part.optimiser(read);
  const { rate } = read as unknown as { readonly rate: number };
  const start = noise([3, 4], 1);
  const zeros = { ...start, data: new Float32Array(start.data.length) };
  type Kept = readonly [weights: HostTensor, first: HostTensor, second: HostTensor];
  const updated = ([weights, first, second]: Kept, count: number, multiplier: number): Kept => {
    const told = scalars({ rate, multiplier, steps: ROLLS, count });
    const made = eagerly({
      inputs: {
        weights,
        first,
        second,
        ...Object.fromEntries(Object.entries(told).map(([name, value]) => [`told ${name}`, scalarOf(value)])),
      },
      run: (given) => {
        const after = step(
          { weights: { w: given.weights! }, first: { w: given.first! }, second: { w: given.second! } },
          // Of half the square of the weights.
          { w: given.weights! },
          Object.fromEntries(
            Object.keys(told).map((name) => [name, given[`told ${name}`] as tf.Scalar] as const),
          ),
        );
        return [after.weights.w!, after.first.w!, after.second.w!];
      },
    });
    return [made[0]!, made[1]!, made[2]!];
  };
  const begun: Kept = [start, zeros, zeros];
  const sizeOf = ([{ data }]: Kept): number =>
    Array.from(data).reduce((sum, value) => sum + value * value, 0);
  return held(part, [
    [
      'is told numbers by the same names at every pace',
      () => {
        const [one, other] = [1, 99].map((count) => scalars({ rate, multiplier: 0.5, steps: 100, count }));
        if (Object.keys(one!).join() !== Object.keys(other!).join()) return 'the names change';
        return Object.values({ ...one, ...other }).every(Number.isFinite) ? undefined : 'one is not finite';
      },
    ],
    [
      'keeps shapes',
      () =>
        updated(begun, 1, 1).every(({ shape }) => String(shape) === String(start.shape))
          ? undefined
          : 'weights or means have other sides than before',
    ],
    [
      'leaves weights as they are at a rate of 0',
      () =>
        updated(begun, 1, 0)[0].data.every((value, i) => value === start.data[i])
          ? undefined
          : 'they change although the schedule multiplies by 0',
    ],
    [
      'gets down a bowl',
      () => {
        let now = begun;
        for (let count = 1; count <= ROLLS; count++) now = updated(now, count, 1);
        const [before, after] = [sizeOf(begun), sizeOf(now)];
        return after < before ? undefined : `${ROLLS} steps lead from ${before} to ${after}`;
      },
    ],
    [RESUMED, trains(part, { optimizer: named(part.name, params) })],
  ]);
};

/** No training has more steps. */
const MOST_STEPS = 1e8;

/**
 * Holds a schedule to the laws: cycles of whole steps; a multiplier of 0..1 at every step, the same every time; it trains, and goes on
 * bit by bit where it was stopped.
 *
 * @param options parameters with which it has four steps at least
 * @throws PartError for the first law that it breaks
 */
export const checkSchedule = (
  part: SchedulePart,
  { params = {} }: PartOptions = {},
): Promise<PartChecked> => {
  const schedule = part.schedule(readParams(part, params));
  const lengths = cycleLengths({ kind: 'own', ...schedule });
  return held(part, [
    [
      'has cycles of whole steps',
      () => {
        if (lengths.length === 0) return 'it has no cycle';
        const wrong = lengths.find((length) => !Number.isInteger(length) || length < 1);
        if (wrong !== undefined) return `a cycle has ${wrong} steps`;
        const all = lengths.reduce((sum, length) => sum + length, 0);
        return all <= MOST_STEPS ? undefined : `it has ${all} steps`;
      },
    ],
    [
      'multiplies the rate by 0 to 1, the same every time',
      () => {
        for (const [cycle, length] of lengths.entries())
          for (let place = 0; place < length; place += Math.max(1, Math.floor(length / 1000))) {
            const value = schedule.multiplier(place, length, cycle);
            if (!(value >= 0 && value <= 1)) return `at step ${place} of cycle ${cycle} it is ${value}`;
            if (value !== schedule.multiplier(place, length, cycle))
              return `at step ${place} of cycle ${cycle} it changes`;
          }
        return undefined;
      },
    ],
    [RESUMED, trains(part, { schedule: named(part.name, params) })],
  ]);
};
