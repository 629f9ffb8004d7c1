import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../compile.js';
import { tryTraining } from '../trainings/trial.js';
import type { Plan } from './plan.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-outlook-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  for (const [i, side] of [20, 20, 40, 40, 40, 40].entries())
    await sharp({
      create: { width: side, height: side, channels: 3, background: { r: 40 * i, g: 90, b: 10 } },
    }).toFile(join(folder, 'photos', `${i}.png`));
});

const planOf = async (more = ''): Promise<Plan> => {
  const text = `version: 1
streams:
  clear: [files: { in: photos, split: 3, shuffle: true, repeat: true }, decode, crop: { size: 32, random: true, fill: reflect }]
  dark: [clear, adjust: { exposure: -1 }]
  keptClear: [files: { in: photos, split: { every: 3, give: validation } }, decode, crop: { size: 32, fill: reflect }]
  keptDark: [keptClear, adjust: { exposure: -1 }]
  kept: [pair: { from: keptDark, to: keptClear }]
steps:
  - pair: { from: dark, to: clear }
  - batch: 2
  - gan.step:
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }
      losses: { adversarial: 0, pixel: 1 }
      schedule: { cosine: 40 }
      validate: { on: kept, every: 20 }
${more}  - snapshot: out
`;
  const plan = await compile({ path: join(folder, 'train.yaml'), text }, { folder })();
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return plan.right;
};

describe('a training that is planned', () => {
  it('says what it learns from, and what is too little and too small', async () => {
    const { training, warnings } = await planOf();
    expect(training).toMatchObject({ steps: 40, batch: 2 });
    expect(training?.sources.map(({ node, photos }) => [node.path, photos])).toEqual([
      ['streams.clear[0]/files', expect.any(Number)],
    ]);
    const [source] = training!.sources;
    expect(source!.photos).toBeGreaterThanOrEqual(3);
    expect(source!.photos).toBeLessThanOrEqual(4);
    expect(source!.small).toMatchObject({ width: 32, height: 32, looked: source!.photos });
    expect(warnings.map(({ code }) => code)).toContain('training/few-photos');
    if (source!.small!.smaller > 0)
      expect(warnings.map(({ code }) => code)).toContain('training/small-photos');
  });

  it('is tried without a trace', { timeout: 120_000 }, async () => {
    const tried = await tryTraining(await planOf(), { engine: 'cpu', jobs: 1 })();
    if (E.isLeft(tried)) throw new Error(JSON.stringify(tried.left));
    const { steps, secondsPerStep, seconds, bytes } = tried.right;
    expect(steps).toBe(8);
    expect(secondsPerStep).toBeGreaterThan(0);
    expect(seconds).toBeCloseTo(40 * secondsPerStep, 6);
    expect(bytes).toBeGreaterThan(1e6);
    const plan = await planOf();
    expect(plan.warnings.map(({ code }) => code)).not.toContain('training/exists');
  });
});
