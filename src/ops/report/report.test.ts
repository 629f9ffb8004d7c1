import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome, SampleRow, Training } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { runFlow } from '../testing/run.js';
import { report } from './index.js';
import { type Line, readLines } from './lines.js';
import { recordsOf } from './testing/records.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TOTAL = 12;

const picture = (level: number) => ({
  dtype: 'uint8' as const,
  shape: [4, 6, 3],
  data: new Uint8Array(72).fill(level),
});

const rows: readonly SampleRow[] = Array.from({ length: 6 }, (_, i) => ({
  name: `${i}.jpg`,
  pictures: { target: picture(200 + i), input: picture(10 + i), output: picture(100 + i) },
}));

/** A step of a training of twelve, which fails to show samples where `blind` is set. */
const stepAt = (step: number, more: Partial<Training> = {}): Training => ({
  step,
  total: TOTAL,
  phase: step <= 2 ? 'pretrain' : 'train',
  cycle: step <= 6 ? 0 : 1,
  images: step * 4,
  rate: 1e-3 / step,
  metrics: { generator: 1 / step, pixel: 2 / step },
  state: {},
  position: {},
  marks: step === 6 ? ['restart'] : step === TOTAL ? ['restart', 'end'] : [],
  model: { generator: { kind: 'pyramid', options: {} }, weights: {} },
  samples: TE.right(rows),
  ...more,
});

const outcomes = (trainings: readonly Training[]): readonly Outcome<Training>[] =>
  trainings.map((value) => E.right({ key: { path: `${value.step}`, index: value.step, epoch: 0 }, value }));

const steps = (from: number, to: number): readonly Training[] =>
  Array.from({ length: to - from + 1 }, (_, i) => stepAt(from + i));

const reporting = (trainings: readonly Training[], to = folder) =>
  collect(runFlow<Training, Training>(report({ to, every: 4, rows: 4 }), fromIterable(outcomes(trainings))));

const lines = async (): Promise<readonly Line[]> =>
  readLines(await readFile(join(folder, 'metrics.jsonl'), 'utf8'));
const page = () => readFile(join(folder, 'report.html'), 'utf8');

describe('report', () => {
  it('hands every step on, and writes a line for each', async () => {
    const trainings = steps(1, TOTAL);
    expect(await reporting(trainings)).toEqual(outcomes(trainings));
    const told = await lines();
    expect(told.map(({ step }) => step)).toEqual(trainings.map(({ step }) => step));
    expect(told[2]).toMatchObject({
      phase: 'train',
      images: 12,
      metrics: { generator: 1 / 3, pixel: 2 / 3 },
    });
    expect(told.at(-1)?.marks).toEqual(['restart', 'end']);
  });

  it('keeps samples at the first step, every so many, and where something happened', async () => {
    await reporting(steps(1, TOTAL));
    expect(await readdir(join(folder, 'samples'))).toEqual(
      [1, 4, 6, 8, 12].map((step) => `step-${String(step).padStart(8, '0')}.png`),
    );
    const { data, info } = await sharp(join(folder, 'samples', 'step-00000004.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    // Four rows of three pictures, 6x4 each, with gaps of 4: input, output and target from left to right.
    expect([info.width, info.height]).toEqual([26, 28]);
    const level = (column: number, row: number) => data[(row * 8 * info.width + column * 10) * 3];
    expect([level(0, 0), level(1, 0), level(2, 0)]).toEqual([10, 100, 200]);
    expect(level(2, 3)).toBe(203);
  });

  it('makes a page that needs nothing else and says how it ended', async () => {
    await reporting(steps(1, TOTAL));
    const html = await page();
    expect(html).not.toMatch(/(src|href)="(?!data:image\/webp;base64,)/);
    expect(html).not.toContain('http-equiv="refresh"');
    expect(html).toContain('12 of 12');
    expect(html).toContain('Distance from the target');
    expect(html.match(/class="restart"/g)?.length).toBe(2 * 3);
    expect(html.match(/<img /g)?.length).toBe(5);
  });

  it('says that a training was stopped before its end', async () => {
    await reporting(steps(1, 5));
    const html = await page();
    expect(html).toContain('5 of 12');
    expect(html).toContain('--resume');
  });

  it('drops what is told again when a training is taken up', async () => {
    await reporting(steps(1, 9));
    const first = await lines();
    await reporting(steps(6, TOTAL));
    const told = await lines();
    expect(told.map(({ step }) => step)).toEqual(steps(1, TOTAL).map(({ step }) => step));
    expect(told.slice(0, 5)).toEqual(first.slice(0, 5));
    expect(await page()).toContain('12 of 12');
    expect((await page()).match(/<img /g)?.length).toBe(5);
  });

  it('drops a line that was cut off', async () => {
    await reporting(steps(1, 5));
    const path = join(folder, 'metrics.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}{"step":6,"tot`);
    await reporting(steps(6, 7));
    expect((await lines()).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('puts an earlier report aside when training begins anew', async () => {
    await reporting(steps(1, 5));
    const before = await readFile(join(folder, 'metrics.jsonl'), 'utf8');
    await writeFile(join(folder, 'mine.txt'), 'kept');
    await reporting(steps(1, 2));
    await reporting(steps(1, 3));
    expect(await readFile(join(folder, 'earlier-1', 'metrics.jsonl'), 'utf8')).toBe(before);
    expect(await readdir(join(folder, 'earlier-1', 'samples'))).toHaveLength(2);
    expect((await readdir(folder)).sort()).toEqual(
      [
        'earlier-1',
        'earlier-2',
        'metrics.jsonl',
        'mine.txt',
        'report.html',
        'samples',
        'samples.json',
        'tensorboard',
      ].sort(),
    );
    expect(await lines()).toHaveLength(3);
  });

  it('tells TensorBoard of scalars and pictures, and where a training was taken up', async () => {
    await reporting(steps(1, 5));
    await reporting(steps(4, 6));
    const names = (await readdir(join(folder, 'tensorboard'))).sort(
      (a, b) => a.length - b.length || a.localeCompare(b),
    );
    expect(names).toHaveLength(2);
    const [first, second] = await Promise.all(
      names.map(async (name) => recordsOf(await readFile(join(folder, 'tensorboard', name)))),
    );
    expect(first?.[0]?.fileVersion).toBe('brain.Event:2');
    const scalars = first!.flatMap(({ step, scalars: values }) =>
      values['metrics/pixel'] === undefined ? [] : [[step, values['metrics/pixel']]],
    );
    expect(scalars).toEqual([1, 2, 3, 4, 5].map((step) => [step, Math.fround(2 / step)]));
    expect(first!.filter(({ images }) => images.length > 0).map(({ step }) => step)).toEqual([1, 4]);
    const [image] = first!.flatMap(({ images }) => images);
    expect(image).toMatchObject({ tag: 'samples/input | output | target', width: 26, height: 28 });
    expect((await sharp(image!.png).metadata()).format).toBe('png');
    expect(second?.[1]).toMatchObject({ step: 4, sessionStatus: 1 });
  });

  it('keeps figures that are not finite as such', async () => {
    await reporting([stepAt(1), stepAt(2, { metrics: { generator: Number.NaN }, marks: ['restored'] })]);
    expect((await lines())[1]?.metrics.generator).toBeNaN();
    const html = await page();
    expect(html).not.toContain('NaN');
    expect(html).toContain('class="restored"');
  });

  it('says which file cannot be written, and hands failures from above on', async () => {
    await writeFile(join(folder, 'file'), '');
    const [result] = await reporting([stepAt(1)], join(folder, 'file'));
    expect(E.isLeft(result!) && result.left.diagnostics[0].message).toContain(join(folder, 'file'));
    await mkdir(join(folder, 'other'));
    const failed: Outcome<Training> = E.left({
      key: { path: 'a', index: 0, epoch: 0 },
      operator: 'steps[0]/gan.step',
      diagnostics: [{ code: 'training/diverged', severity: 'error', message: 'no' }],
    });
    const step = report({ to: join(folder, 'other'), every: 4 });
    expect(await collect(runFlow<Training, Training>(step, fromIterable([failed])))).toEqual([failed]);
    expect(await readdir(join(folder, 'other'))).toEqual([]);
  });
});
