import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { patch, pyramid as pyramidDiscriminator } from './discriminators/index.js';
import { pyramid, resnet, shrinkage } from './generators/index.js';
import { nafnet, restorer } from './generators/restorer.js';
import { multiplyAdds } from './multiply-adds.js';
import { type Learner, parameterCount } from './network.js';

/** Multiply-adds at 256x256. */
const work = (network: Learner<unknown>): number => {
  const counted = multiplyAdds(network, 256, 256);
  if (E.isLeft(counted)) throw new Error(counted.left.map((d) => d.message).join('\n'));
  return counted.right;
};

const PIXELS = 256 * 256;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('resnet', () => {
  it('has the 11.378 million parameters of CycleGAN’s generator', () => {
    expect(parameterCount(resnet())).toBe(11_378_179);
    // The six blocks for small pictures.
    expect(parameterCount(resnet({ blocks: 6 }))).toBe(7_837_699);
  });

  it('takes the published 56.8 billion multiply-adds, of which a sixth are with the zeros of transposed convolutions', () => {
    // Li et al., "GAN Compression" (2020), table 1, count transposed convolutions at the size of their results.
    const transposed = (64 * 64 * 9 * 256 * 128 + 128 * 128 * 9 * 128 * 64) * 3;
    expect((work(resnet()) + transposed) / 1e9).toBeCloseTo(56.8, 1);
    expect(work(resnet())).toBe(49_551_507_456);
  });
});

describe('pyramid', () => {
  // The authors' code, layer by layer: kernel, inputs, outputs and the share of the pixels that it runs on.
  const layers = (levels: number): readonly (readonly [number, number, number, number])[] => {
    const [low, high] = [4 ** -levels, 4 ** -(levels - 1)];
    const residual = (count: number, share: number) =>
      Array.from({ length: 2 * count }, () => [3, 64, 64, share] as const);
    return [
      [3, 3, 16, low],
      [3, 16, 64, low],
      ...residual(5, low),
      [3, 64, 16, low],
      [3, 16, 3, low],
      [3, 9, 64, high],
      ...residual(3, high),
      [3, 64, 1, high],
      // Every mask is made at the deepest size, before it is repeated.
      ...Array.from({ length: levels }).flatMap(() => [[1, 1, 16, high] as const, [1, 16, 1, high] as const]),
    ];
  };

  it.each([3, 4, 5])('has the layers of LPTN with %d levels', (levels) => {
    const network = pyramid({ levels });
    expect(parameterCount(network)).toBe(sum(layers(levels).map(([k, i, o]) => k * k * i * o + o)));
    const halving = sum(Array.from({ length: levels }, (_, i) => 16 * 3 * 4 ** -(i + 1)));
    const convolutions = sum(layers(levels).map(([k, i, o, share]) => k * k * i * o * share));
    expect(work(network)).toBe(PIXELS * (convolutions + halving));
  });

  it('has 0.616 million parameters with three levels', () => expect(parameterCount(pyramid())).toBe(616_215));
});

describe('shrinkage', () => {
  it.each([
    [3, 2, 64, 32],
    [1, 1, 16, 8],
  ])(
    'is convolutions at a quarter and an eighth of the size: %d and %d blocks of width %d and %d',
    (...options) => {
      const [blocks, chromaBlocks, width, chromaWidth] = options;
      const network = shrinkage({ blocks, chromaBlocks, width, chromaWidth });
      // Of each branch: a transform, the first layer, the blocks, what moves thresholds and adds, and what reads tables.
      const branch = (planes: number, count: number, w: number) => {
        const coefficients = 64 * planes;
        const seen = 3 * coefficients + 2 * planes;
        return {
          transform: 4 * 16 * planes * coefficients,
          learned: 9 * (seen * w + 2 * count * w * w + 2 * w * coefficients),
          bySteps: coefficients * (coefficients + w),
          biases: w + 2 * count * w + 4 * coefficients,
        };
      };
      const [luma, chroma] = [branch(1, blocks, width), branch(2, chromaBlocks, chromaWidth)];
      const context = 9 * width * chromaWidth;
      const ofBranch = (one: typeof luma) => one.learned + one.bySteps + one.biases;
      expect(parameterCount(network)).toBe(ofBranch(luma) + ofBranch(chroma) + context + chromaWidth);
      // Blocks begin a cell before the picture, so there is one more than cells along each side; those between have two more.
      const [side, half] = [256 / 4, 256 / 8];
      const colours = PIXELS * (3 + 3) + (PIXELS / 4) * (6 + 6);
      const there = (one: typeof luma, cells: number) => one.transform * (cells ** 2 + (cells - 1) ** 2);
      const counted =
        luma.learned * (side + 1) ** 2 +
        there(luma, side + 1) +
        there(luma, side + 2) +
        luma.bySteps +
        (chroma.learned + context) * (half + 1) ** 2 +
        there(chroma, half + 1) +
        chroma.bySteps;
      const known = work(network);
      expect(known).toBeGreaterThanOrEqual(counted);
      expect(known).toBeLessThan(counted + 3 * colours + 4 * PIXELS);
    },
  );
});

describe('restorer', () => {
  /** Of one block: five pointwise layers, a depthwise one, two norms and two scales. */
  const block = (c: number): number => 7 * c * c + 33 * c;

  it('is the published NAFNet of width 32 where that is asked for, of 17.1 million parameters', () => {
    const published = nafnet({
      unshuffle: 1,
      width: 32,
      encoder: [1, 1, 1, 28],
      middle: 1,
      decoder: [1, 1, 1, 1],
    });
    expect(parameterCount(published)).toBe(17_111_907);
    const blocks = 2 * sum([32, 64, 128].map(block)) + 29 * block(256) + block(512);
    const halvings = sum([32, 64, 128, 256].map((c) => 8 * c * c + 2 * c));
    const doublings = sum([64, 128, 256, 512].map((c) => 2 * c * c));
    expect(parameterCount(published)).toBe(blocks + halvings + doublings + (27 * 32 + 32) + (9 * 32 * 3 + 3));
  });

  it('takes what its layers take', () => {
    const { unshuffle, width, levels } = { unshuffle: 2, width: 8, levels: 2 };
    // Pixels at each level, and what a block does for each of them; its attention runs once a picture.
    const at = (level: number) => PIXELS / (unshuffle * unshuffle) / 4 ** level;
    const blockWork = (level: number) => {
      const c = width * 2 ** level;
      return at(level) * (6 * c * c + 18 * c) + c * c;
    };
    const ways = sum(
      [0, 1].map((level) => {
        const c = width * 2 ** level;
        // Down and up: one block each way, 2x2 by 2c outputs, and 2c to 4c pointwise.
        return 2 * blockWork(level) + at(level + 1) * (4 * c * 2 * c + 2 * c * 4 * c);
      }),
    );
    const ends = at(0) * 2 * 9 * 12 * width;
    expect(work(restorer({ unshuffle, width, levels, blocks: 1, middleBlocks: 1 }))).toBe(
      ways + blockWork(2) + ends,
    );
  });
});

describe('discriminators', () => {
  it('patch has the 2.765 million parameters of the 70x70 PatchGAN, and its layers’ work', () => {
    expect(parameterCount(patch())).toBe(2_764_737);
    const sizes = [128, 64, 32, 31, 30];
    const channels = [3, 64, 128, 256, 512, 1];
    expect(work(patch())).toBe(
      sum(sizes.map((side, i) => side * side * 16 * channels[i]! * channels[i + 1]!)),
    );
  });

  it('pyramid has three times the parameters of LPTN’s discriminator, and its layers’ work', () => {
    const channels = [3, 16, 32, 64, 128, 128];
    const pairs = channels.slice(1).map((outputs, i) => [channels[i]!, outputs] as const);
    const each = sum(pairs.map(([i, o]) => 9 * i * o + o)) + 2 * 16 + (64 * 128 + 1);
    expect(parameterCount(pyramidDiscriminator({ scales: 1 }))).toBe(each);
    expect(parameterCount(pyramidDiscriminator())).toBe(3 * each);
    const one = sum(pairs.map(([i, o], depth) => (128 / 2 ** depth) ** 2 * 9 * i * o)) + 64 * 128;
    expect(work(pyramidDiscriminator())).toBe(3 * one);
  });
});

describe('multiplyAdds', () => {
  it('fails as recording fails', () => {
    const broken: Learner<unknown> = {
      parameters: {},
      apply: () => {
        throw new Error('no such layer');
      },
    };
    const result = multiplyAdds(broken, 8, 8);
    expect(E.isLeft(result) && result.left[0]?.code).toBe('tensor/program-threw');
  });
});
