import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeLine } from '../../ops/report/lines.js';
import { pictureFoldersBelow, trainingsBelow } from './find.js';
import { lookAtTraining, metricsFrom, sampleOf } from './on-disk.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prismflow-on-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    writeLine({
      step: from + i,
      total: 9000,
      phase: 'train',
      cycle: 0,
      images: from + i,
      rate: 0.1,
      seconds: 0.5,
      metrics: { pixel: 0.25 },
      marks: [],
    }),
  ).join('');
const metrics = () => join(folder, 'metrics.jsonl');

/** All parts from a cursor on, and where they end. */
const rest = async (from = ''): Promise<{ readonly steps: readonly number[]; readonly cursor: string }> => {
  const steps: number[] = [];
  for (let cursor = from; ; ) {
    const part = await metricsFrom(folder, cursor);
    steps.push(...part.lines.map(({ step }) => step));
    cursor = part.cursor;
    if (part.isEnd) return { steps, cursor };
  }
};

describe('figures of a training on the disk', () => {
  it('are read in parts, each line once, however many there are', async () => {
    await writeFile(metrics(), text(1, 6000));
    const first = await metricsFrom(folder, '');
    expect([first.isAnew, first.isEnd]).toEqual([true, false]);
    const { steps, cursor } = await rest();
    expect(steps).toEqual(Array.from({ length: 6000 }, (_, i) => i + 1));
    expect(await metricsFrom(folder, cursor)).toMatchObject({
      lines: [],
      isAnew: false,
      isEnd: true,
      cursor,
    });
  });

  it('wait for the end of a line', async () => {
    await writeFile(metrics(), `${text(1, 2)}{"step":3,`);
    const { steps, cursor } = await rest();
    expect(steps).toEqual([1, 2]);
    await writeFile(metrics(), text(1, 3));
    expect((await rest(cursor)).steps).toEqual([3]);
    await appendFile(metrics(), `no line\n${text(4, 4)}`);
    expect((await rest()).steps).toEqual([1, 2, 3, 4]);
  });

  it('are told from the beginning when they were written anew, and never for a cursor that is none', async () => {
    await writeFile(metrics(), text(1, 9));
    const { cursor } = await rest();
    await writeFile(join(folder, 'new'), text(1, 4));
    await rename(join(folder, 'new'), metrics());
    const part = await metricsFrom(folder, cursor);
    expect([part.isAnew, part.lines.length]).toEqual([true, 4]);
    for (const wrong of ['', 'x', '1-1', `${cursor}0000000`, '-', '../..'])
      expect((await metricsFrom(folder, wrong)).lines).toHaveLength(4);
    await rm(metrics());
    expect(await metricsFrom(folder, part.cursor)).toEqual({
      lines: [],
      cursor: '',
      isAnew: true,
      isEnd: true,
    });
  });

  it('of a link are nobody’s', async () => {
    await writeFile(join(folder, 'elsewhere'), text(1, 3));
    await symlink(join(folder, 'elsewhere'), metrics());
    expect((await metricsFrom(folder, '')).lines).toEqual([]);
    await mkdir(join(folder, 'samples'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'samples/step-00000001.png'));
    expect(await sampleOf(folder, 1)).toBeUndefined();
  });

  it('tell how far it is', async () => {
    await writeFile(metrics(), text(1, 5000));
    await writeFile(join(folder, 'samples.json'), 'nothing of the kind');
    expect(await lookAtTraining(folder)).toMatchObject({
      holder: undefined,
      last: { step: 5000, total: 9000 },
      pace: 0.5,
      samples: [],
      snapshots: [],
    });
    expect((await lookAtTraining(join(folder, 'none'))).last).toBeUndefined();
  });
});

describe('folders', () => {
  it('of trainings and of pictures are found a few levels deep; hidden ones and links are left out', async () => {
    for (const path of ['runs/a/samples', 'runs/a/earlier-1', 'photos/day', '.hidden', 'a/b/c/d/e/f'])
      await mkdir(join(folder, path), { recursive: true });
    for (const path of ['runs/a', 'runs/a/earlier-1', 'a/b/c/d/e/f'])
      await writeFile(join(folder, path, 'metrics.jsonl'), '');
    for (const path of [
      'photos/day/1.JPG',
      'photos/day/2.png',
      'photos/notes.txt',
      '.hidden/3.jpg',
      'runs/a/samples/4.png',
    ])
      await writeFile(join(folder, path), '');
    await symlink(join(folder, 'photos'), join(folder, 'link'));
    await symlink(folder, join(folder, 'photos/round'));
    expect(await trainingsBelow(folder)).toEqual([join(folder, 'runs/a')]);
    expect(await pictureFoldersBelow(join(folder, 'photos'))).toEqual([
      { path: join(folder, 'photos/day'), name: 'photos/day', pictures: 2 },
    ]);
    expect(await trainingsBelow(join(folder, 'none'))).toEqual([]);
  });
});
