import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/execution/compile.js';
import { runPlan } from '../../src/execution/run.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-shared-photos-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  for (const i of [0, 1, 2])
    await sharp({
      create: {
        width: 24,
        height: 24,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 90 + 20 * i, sigma: 40 },
      },
    }).toFile(join(folder, `photos/${i}.png`));
});

/** A recipe with a network of some width. */
const recipe = (width: number): string =>
  `[pairs, gan.step: { generator: { resnet: { blocks: 1, width: ${width} } }, losses: { adversarial: 0, pixel: 1 }, schedule: { constant: 3 } }, snapshot: run${width}]`;

const textOf = (steps: string, ...widths: readonly number[]): string => `version: 1
seed: 4
streams:
  bright: [files: { in: photos, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
  dark: [bright, adjust: { exposure: -1 }]
  pairs: [pair: { from: dark, to: bright }, batch: 2]
${widths.map((width) => `  w${width}: ${recipe(width)}\n`).join('')}steps: ${steps}
`;

const train = (text: string, resume = false) =>
  pipe(
    compile({ path: join(folder, 'train.yaml'), text }, { folder }),
    TE.chain((plan) => runPlan(plan, { engine: 'cpu', resume })),
  )();

const weightsIn = (run: string): string => {
  const [file] = JSON.parse(readFileSync(join(folder, run, 'model.json'), 'utf8')).snapshots;
  return file.sha256;
};

const both = textOf('[pair: { from: w4, to: w6 }]', 4, 6);

describe('two recipes on the same photos', () => {
  it('come to what each comes to by itself', async () => {
    const together = await train(both);
    expect(E.isRight(together) && together.right.failed).toEqual([]);
    const found = [weightsIn('run4'), weightsIn('run6')];
    for (const run of ['run4', 'run6']) rmSync(join(folder, run), { recursive: true });
    for (const width of [4, 6]) await train(textOf(`[w${width}]`, width));
    expect([weightsIn('run4'), weightsIn('run6')]).toEqual(found);
  });

  it('are not trained over, whichever of them is there, nor resumed as if they were one', async () => {
    rmSync(join(folder, 'run4'), { recursive: true });
    const again = await train(both);
    expect(E.isLeft(again) && again.left[0].code).toBe('training/exists');
    expect(existsSync(join(folder, 'run4/model.json'))).toBe(false);
    const resumed = await train(both, true);
    expect(E.isLeft(resumed) && resumed.left[0].code).toBe('training/several');
  });
});
