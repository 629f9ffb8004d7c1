import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { compiled, eagerly, relativeError, type Sample } from '../../tensor/testing/agree.js';
import { floats } from '../../tensor/testing/tensors.js';
import * as tf from '../../tensor/tfjs.js';
import { initialise } from '../initialise.js';
import type { Network, Parameters } from '../network.js';
import { hazyPair, stepsToReach } from '../testing/overfit.js';
import { meanHere } from '../whole-mean.js';
import { generatorOf } from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

/** Small ones of each kind: the same layers, fewer of them. */
const kinds = {
  pyramid: { levels: 2, lowBlocks: 1, highBlocks: 1, width: 8 },
  resnet: { blocks: 1, width: 4 },
  restorer: { levels: 2, width: 4, middleBlocks: 1 },
} as const;

const variants = [
  ...Object.entries(kinds),
  ['pyramid', { ...kinds.pyramid, norm: 0, dark: 1, context: 1 }],
  ['pyramid', { ...kinds.pyramid, norm: 0, dark: 1, air: 1 }],
] as const;

const of = (kind: string, options: Readonly<Record<string, number>>): Network => {
  const network = generatorOf({ kind, options });
  if (network === undefined) throw new Error(`there is no generator ${kind}`);
  return network;
};

const applied = (network: Network, x: HostTensor, seed = 1): Sample => ({
  inputs: { ...initialise(network, seed), x },
  run: ({ x: pictures, ...parameters }) => network.apply(parameters, pictures as tf.Tensor4D),
});

describe.each(variants)('%s %o', (kind, options) => {
  const network = of(kind, options);
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 37 }),
    fc.integer({ min: 1, max: 37 }),
  );
  const pictures = sizes.chain(([n, h, w]) => floats([n, h, w, 3], { min: -1, max: 1 }));

  it('makes pictures of the same size from those of any, alike compiled and not', () =>
    fc.assert(
      fc.asyncProperty(pictures, async (x) => {
        const [expected] = eagerly(applied(network, x));
        const [found] = await compiled(engine, applied(network, x));
        expect(found!.shape).toEqual(x.shape);
        expect(relativeError(found!, expected!)).toBeLessThan(1e-4);
      }),
      { numRuns: 5 },
    ));

  it('treats each picture of a batch alone', () => {
    const [first, second] = fc.sample(floats([1, 16, 16, 3], { min: -1, max: 1 }), { numRuns: 2, seed: 2 });
    const both: HostTensor = {
      dtype: 'float32',
      shape: [2, 16, 16, 3],
      data: Float32Array.from([...first!.data, ...second!.data]),
    };
    const [together] = eagerly(applied(network, both));
    const alone = [first!, second!].flatMap((x) => [...eagerly(applied(network, x))[0]!.data]);
    expect(
      relativeError(together!, { ...together!, data: Float32Array.from(alone) } as HostTensor),
    ).toBeLessThan(1e-5);
  });
});

describe.each(['resnet', 'restorer'] as const)('%s by means of the whole picture', (kind) => {
  it('is what it is by itself, where these are of the picture at hand', () => {
    const network = of(kind, kinds[kind]);
    const [x] = fc.sample(floats([1, 24, 32, 3], { min: -1, max: 1 }), { numRuns: 1, seed: 3 });
    const inputs = { ...initialise(network, 1), x: x! };
    // What starts at 0 would hide the attention of the restorer.
    const moved = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [
        name,
        name.endsWith('beta') ? ({ ...tensor, data: tensor.data.map(() => 0.7) } as HostTensor) : tensor,
      ]),
    );
    const way = (run: (p: Parameters, pictures: tf.Tensor4D) => tf.Tensor4D): HostTensor =>
      eagerly({ inputs: moved, run: ({ x: pictures, ...p }) => run(p, pictures as tf.Tensor4D) })[0]!;
    const asked: tf.Tensor[] = [];
    const found = way((p, pictures) =>
      network.byGlobalStatistics!(p, pictures, (values) => {
        const mean = meanHere(values);
        asked.push(mean);
        return mean;
      }),
    );
    expect(relativeError(found, way(network.apply))).toBeLessThan(1e-5);
    expect(asked.length).toBe(kind === 'resnet' ? 2 * 7 : 2 + 2 + 1);
  });
});

describe.each([
  ['pyramid', kinds.pyramid],
  ['pyramid that sees the dark channel', { ...kinds.pyramid, dark: 1 }],
] as const)('what a %s sees of the whole', (_, options) => {
  it('goes with the values', () => {
    const { branches } = of('pyramid', options);
    const [x] = fc.sample(floats([1, 16, 24, 3], { min: -1, max: 1 }), { numRuns: 1, seed: 4 });
    const seen = (scale: number, shift: number): HostTensor =>
      eagerly({
        inputs: { x: x! },
        run: ({ x: pictures }) => branches!.globalInput(tf.add(tf.mul(pictures!, scale), shift)).reduced,
      })[0]!;
    const scaled = Float32Array.from(seen(1, 0).data, (value) => 127.5 * value + 127.5);
    expect(relativeError(seen(127.5, 127.5), { ...seen(1, 0), data: scaled } as HostTensor)).toBeLessThan(
      1e-5,
    );
  });
});

describe('pyramid', () => {
  it('leaves everything in its place: with its low branch silent and masks of 1, it gives the picture back', () => {
    const network = of('pyramid', kinds.pyramid);
    const start = initialise(network, 1);
    const set = (name: string, value: number): HostTensor => ({
      ...start[name]!,
      data: new Float32Array(start[name]!.data.length).fill(value),
    });
    const silent = Object.fromEntries(
      ['low.last', 'mask1.b', 'mask2.b'].flatMap((name) => [
        [`${name}.filter`, set(`${name}.filter`, 0)],
        [`${name}.bias`, set(`${name}.bias`, name === 'low.last' ? 0 : 1)],
      ]),
    );
    // The hyperbolic tangent of the low branch changes little near to 0.
    const x = fc.sample(floats([1, 24, 20, 3], { min: -0.01, max: 0.01 }), { numRuns: 1, seed: 3 })[0]!;
    const sample = applied(network, x);
    const [found] = eagerly({ ...sample, inputs: { ...sample.inputs, ...silent } });
    expect(
      relativeError(
        { ...found!, data: found!.data.map((v) => 100 * v) } as HostTensor,
        { ...x, data: x.data.map((v) => 100 * v) } as HostTensor,
      ),
    ).toBeLessThan(1e-3);
  });

  it.each([
    ['plain', {}],
    ['informed', { norm: 0, dark: 1, context: 1 }],
    ['clearing', { norm: 0, dark: 1, context: 1, air: 1 }],
  ])('leaves no frame: where a %s one sees one colour it makes one colour', (_, options) => {
    const network = of('pyramid', { ...kinds.pyramid, ...options });
    const flat = {
      dtype: 'float32',
      shape: [1, 24, 32, 3],
      data: new Float32Array(24 * 32 * 3).fill(0.3),
    } as const satisfies HostTensor;
    const [made] = eagerly(applied(network, flat));
    const values = [...made!.data];
    for (const c of [0, 1, 2]) {
      const channel = values.filter((_, i) => i % 3 === c);
      expect(Math.max(...channel) - Math.min(...channel)).toBeLessThan(1e-5);
    }
  });

  it('turns with the picture, since halving and doubling favour no side', () => {
    const network = of('pyramid', kinds.pyramid);
    const flipped = (t: HostTensor, filters: boolean): HostTensor =>
      eagerly({
        inputs: { t },
        run: ({ t }) => (filters && t!.rank !== 4 ? t! : tf.reverse(t!, filters ? 1 : 2)),
      })[0]!;
    const x = fc.sample(floats([1, 16, 24, 3], { min: -1, max: 1 }), { numRuns: 1, seed: 4 })[0]!;
    const start = initialise(network, 1);
    const mirrored = Object.fromEntries(Object.entries(start).map(([name, t]) => [name, flipped(t, true)]));
    const [plain] = eagerly(applied(network, x));
    const sample = applied(network, flipped(x, false));
    const [other] = eagerly({ ...sample, inputs: { ...sample.inputs, ...mirrored } });
    expect(relativeError(flipped(other!, false), plain!)).toBeLessThan(1e-5);
  });
});

describe('one pair of pictures is learned by heart', () => {
  const small = {
    pyramid: { levels: 2, width: 32 },
    resnet: { blocks: 2, width: 16 },
    restorer: { levels: 2, width: 16 },
  } as const;

  it.each(Object.entries(small))('%s comes within 35 dB', async (kind, options) => {
    const steps = await stepsToReach(engine, of(kind, options), hazyPair(64), { psnr: 35, most: 300 });
    expect(steps).toBeLessThan(300);
  });
});
