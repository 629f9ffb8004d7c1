import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, type PipelineEvent, runPlan } from '../../src/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Photos of different sizes, one smaller than the patches. */
beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  await Promise.all(
    [20, 48, 64, 90].map((side, i) =>
      sharp({
        create: {
          width: side,
          height: side - 4,
          channels: 3,
          background: 'white',
          noise: { type: 'gaussian', mean: 90 + 20 * i, sigma: 30 },
        },
      }).toFile(join(folder, 'photos', `${i}.png`)),
    ),
  );
});

const train = (args: readonly string[]): Promise<{ readonly status: number | null; readonly out: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'dist/cli/pipe.cjs'), 'run', ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.on('close', (status) => resolve({ status, out }));
  });

describe('an example of training', () => {
  it('runs as it stands, and leaves a model and a report', { timeout: 300_000 }, async () => {
    const settings = { photos: 'photos', out: 'out', size: 32, batch: 2, steps: 3, cycles: 1 };
    const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const { status, out } = await train([join(root, 'examples/train-exposure.yaml'), '--json', ...set]);
    expect(status).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    const trained = events.filter(({ event }) => event === 'trained');
    expect(trained.map(({ step, total, images, marks }) => [step, total, images, marks])).toEqual([
      [1, 3, 2, []],
      [2, 3, 4, []],
      [3, 3, 6, expect.arrayContaining(['restart', 'end', 'best'])],
    ]);
    expect(trained[0]?.metrics).toHaveProperty('pixel');
    expect(events.at(-1)).toMatchObject({ event: 'finished', end: 'complete', failed: 0 });
    expect(readdirSync(join(folder, 'out'))).toEqual(
      expect.arrayContaining(['checkpoints', 'metrics.jsonl', 'model.json', 'report.html', 'samples']),
    );
    expect(readFileSync(join(folder, 'out/report.html'), 'utf8')).toContain('3 of 3');
  });
});

describe('a degraded stream', () => {
  it.each([
    ['degrade.haze: 0', 60],
    ['degrade.exposure: 0', 60],
    ['degrade.jpeg: { quality: 100, chromaSubsampling: "4:4:4" }', 30],
    ['degrade.blur: { size: 0 }', 60],
    ['degrade.noise: { iso: 0 }', 60],
  ])('stays aligned with its clear one: %s', { timeout: 60_000 }, async (degrade, least) => {
    const text = `version: 1
seed: 3
streams:
  clear:
    - files: { in: photos, shuffle: true, repeat: true }
    - decode
    - crop: { size: 24, random: true, fill: reflect }
    - augment: { flip: true, rotate: 90, zoom: [0.8, 1.25], light: 0.1 }
  poor: [clear, ${degrade}]
steps:
  - pair: { from: poor, to: clear }
  - compare
  - take: 20
`;
    const events: PipelineEvent[] = [];
    const plan = await compile({ path: join(folder, 'aligned.yaml'), text }, { folder })();
    if (plan._tag === 'Left') throw new Error(plan.left[0].message);
    const report = await runPlan(plan.right, { observe: (event) => events.push(event) })();
    expect(report).toMatchObject({ right: { done: 20, failed: [] } });
    const psnr = events.flatMap((event) => (event.kind === 'measured' ? [event.figures.psnr ?? 0] : []));
    expect(psnr).toHaveLength(20);
    expect(Math.min(...psnr)).toBeGreaterThan(least);
  });
});
