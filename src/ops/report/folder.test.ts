import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Training } from '../../ports/index.js';
import { append, eventsFile, openFolder, placesIn, sampleFile } from './folder.js';
import { openJournal, publish, sample, tell } from './journal.js';
import { readLayout } from './layout.js';
import { type Line, readLines, writeLine } from './lines.js';
import { pngOf, shownOf } from './pictures.js';
import { recordsOf } from './testing/records.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};

const line = (step: number): Line => ({
  step,
  total: 9,
  phase: 'train',
  cycle: 0,
  images: step,
  rate: 1,
  seconds: 0.5,
  metrics: {},
  marks: [],
});

const open = async (step: number) => right(await openFolder(placesIn(folder), step)());

describe('the folder of a report', () => {
  it('has its parts where people find them', () => {
    const places = placesIn('/to');
    expect(places).toEqual({
      folder: '/to',
      metrics: '/to/metrics.jsonl',
      page: '/to/report.html',
      samples: '/to/samples',
      grid: '/to/samples.json',
      tensorboard: '/to/tensorboard',
    });
    expect(sampleFile(places, 1200)).toBe('/to/samples/step-00001200.png');
    expect(eventsFile(places, 12.9, 7)).toBe(`/to/tensorboard/events.out.tfevents.12.${hostname()}.7`);
  });

  it('is made where it is not there', async () => {
    folder = join(folder, 'new/one');
    expect(await open(1)).toEqual({ lines: [], sampled: [] });
    expect((await readdir(folder)).sort()).toEqual(['samples', 'tensorboard']);
    folder = join(folder, '../..');
  });

  it('tells what was reported before a step, in order, and forgets the rest', async () => {
    const { metrics, samples } = placesIn(folder);
    await writeFile(metrics, [1, 2, 3, 4].map((step) => writeLine(line(step))).join(''));
    await mkdir(samples);
    const names = ['step-00000003.png', 'step-2.png', 'step-00000010.png', 'step-00000001.png'];
    for (const name of [...names, 'step-.png', 'my-step-1.png', 'step-1.png.txt'])
      await writeFile(join(samples, name), '');
    expect(await open(3)).toEqual({ lines: [line(1), line(2)], sampled: [1, 2] });
    expect(readLines(await readFile(metrics, 'utf8'))).toEqual([line(1), line(2)]);
    expect((await open(20)).sampled).toEqual([1, 2, 3, 10]);
  });

  it('takes the last of several lines of a step, and none that is no line of a step', async () => {
    const { metrics } = placesIn(folder);
    const other = { ...line(1), rate: 0.5 };
    const odd = [
      { ...line(1), step: 1.5 },
      { ...line(1), step: -1 },
    ].map(writeLine);
    const lines = [writeLine(line(2)), writeLine(line(1)), 'no line\n', ...odd, writeLine(other)];
    // A line without end, as a file of somebody else's can have: it is passed over without being kept.
    await writeFile(metrics, [...lines, `{"step":3,"x":"${'x'.repeat(1 << 20)}"}\n`].join(''));
    expect((await open(9)).lines).toEqual([other, line(2)]);
    expect(await readFile(metrics, 'utf8')).toBe(writeLine(other) + writeLine(line(2)));
    await writeFile(metrics, writeLine(line(1)).trimEnd());
    expect((await open(9)).lines).toEqual([line(1)]);
    expect(await readFile(metrics, 'utf8')).toBe(writeLine(line(1)));
  });

  it.runIf(process.platform !== 'win32').each(['samples', 'tensorboard'] as const)(
    'writes nothing behind a link in the place of its folder of %s',
    async (name) => {
      const elsewhere = join(folder, 'elsewhere');
      await mkdir(elsewhere);
      await symlink(elsewhere, placesIn(folder)[name]);
      const result = await openFolder(placesIn(folder), 3)();
      expect(E.isLeft(result) && result.left[0].code).toBe('file/in-the-way');
      expect(await readdir(elsewhere)).toEqual([]);
    },
  );

  it.runIf(process.platform !== 'win32')('waits for no pipe in the place of its lines', async () => {
    const { metrics } = placesIn(folder);
    execFileSync('mkfifo', [metrics]);
    const result = await openFolder(placesIn(folder), 3)();
    expect(E.isLeft(result) && result.left[0].code).toBe('file/in-the-way');
  });

  it('leaves a file alone of which nothing is forgotten', async () => {
    const { metrics } = placesIn(folder);
    await writeFile(metrics, writeLine(line(1)));
    await utimes(metrics, 1000, 1000);
    const { ino } = await stat(metrics);
    expect((await open(5)).lines).toEqual([line(1)]);
    expect(await stat(metrics)).toMatchObject({ ino, mtimeMs: 1_000_000 });
  });

  it('puts aside what is there when a training begins, under the first number that is free', async () => {
    const { metrics, page } = placesIn(folder);
    await mkdir(join(folder, 'earlier-1'));
    await mkdir(join(folder, 'earlier-3'));
    await writeFile(metrics, writeLine(line(1)));
    await writeFile(page, 'page');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    expect((await open(1)).lines).toEqual([]);
    expect((await readdir(join(folder, 'earlier-2'))).sort()).toEqual(['metrics.jsonl', 'report.html']);
    expect((await readdir(folder)).sort()).toEqual(
      ['earlier-1', 'earlier-2', 'earlier-3', 'notes.txt', 'samples', 'tensorboard'].sort(),
    );
  });

  it('is left as it is where no training was told of', async () => {
    await writeFile(placesIn(folder).page, 'page');
    await open(1);
    expect((await readdir(folder)).sort()).toEqual(['report.html', 'samples', 'tensorboard']);
  });

  it('says which part of it cannot be read or written', async () => {
    const wrong = async (work: TE.TaskEither<Diagnostics, unknown>) => {
      const result = await work();
      return E.isLeft(result) ? result.left.map(({ message }) => message).join('\n') : 'nothing';
    };
    const places = placesIn(folder);
    await mkdir(places.metrics);
    expect(await wrong(openFolder(places, 3))).toContain(places.metrics);
    await rm(places.metrics, { recursive: true });
    await writeFile(places.samples, '');
    expect(await wrong(openFolder(places, 3))).toContain(places.samples);
    const file = join(folder, 'nowhere', 'file');
    expect(await wrong(append(file, 'x'))).toContain(`There is no folder ${join(folder, 'nowhere')}`);
  });

  it('has its files grow at their ends', async () => {
    const path = join(folder, 'file');
    right(await append(path, 'a\n')());
    right(await append(path, Uint8Array.of(98, 10))());
    expect(await readFile(path, 'utf8')).toBe('a\nb\n');
  });
});

describe('a journal', () => {
  const picture = (level: number) => ({
    dtype: 'uint8' as const,
    shape: [2, 2, 3],
    data: new Uint8Array(12).fill(level),
  });
  const training = (step: number): Training => ({
    ...line(step),
    images: 10 * step,
    state: {},
    position: {},
    metrics: { pixel: 0.25 },
    model: { generator: { kind: 'pyramid', options: {} }, weights: {} },
    samples: TE.right(
      [0, 1, 2].map((i) => ({ name: `${i}`, pictures: { output: picture(step + i), input: picture(9) } })),
    ),
  });
  const events = async () => {
    const [name = ''] = await readdir(join(folder, 'tensorboard'));
    return recordsOf(await readFile(join(folder, 'tensorboard', name)));
  };

  it('begins its events with their version and its step, by the clock', async () => {
    const before = Date.now() / 1000;
    const journal = right(await openJournal(folder, 3)());
    expect(journal).toMatchObject({ lines: [], sampled: [], columns: [], shown: new Map() });
    const told = await events();
    expect(told).toMatchObject([{ fileVersion: 'brain.Event:2' }, { step: 3, sessionStatus: 1 }]);
    for (const { seconds } of told) {
      expect(seconds).toBeGreaterThanOrEqual(before);
      expect(seconds).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });

  it('tells of a step in a line and in an event, with the speed where it is known', async () => {
    let journal = right(await openJournal(folder, 1)());
    journal = right(await tell(training(1), 0)(journal)());
    journal = right(await tell(training(2), 0.5)(journal)());
    expect(journal.lines.map(({ step, seconds }) => [step, seconds])).toEqual([
      [1, 0],
      [2, 0.5],
    ]);
    expect(readLines(await readFile(journal.places.metrics, 'utf8'))).toEqual(journal.lines);
    const [, , first, second] = await events();
    expect(first).toMatchObject({ step: 1, scalars: { 'metrics/pixel': 0.25, 'training/learning rate': 1 } });
    expect(Object.keys(first!.scalars)).toHaveLength(2);
    // Ten photos a step, in half a second.
    expect(second!.scalars['training/images per second']).toBe(20);
  });

  it('keeps some rows of samples as a file and as an event, and shows them on its page', async () => {
    let journal = right(await openJournal(folder, 1)());
    journal = right(await tell(training(1), 0.5)(journal)());
    journal = right(await sample(training(1), 2)(journal)());
    expect([journal.columns, journal.sampled]).toEqual([['input', 'output'], [1]]);
    const png = await readFile(sampleFile(journal.places, 1));
    const { width, height, format } = await sharp(png).metadata();
    expect([width, height, format]).toEqual([8, 8, 'png']);
    const layout = readLayout(await readFile(journal.places.grid, 'utf8'));
    expect(layout).toEqual({
      _tag: 'Some',
      value: { version: 1, columns: ['input', 'output'], rows: 2, cell: { width: 2, height: 2 }, gap: 4 },
    });
    expect((await events()).at(-1)).toMatchObject({
      step: 1,
      images: [{ tag: 'samples/input | output', width: 8, height: 8 }],
    });
    const [shown] = (await events()).at(-1)!.images;
    expect([...shown!.png]).toEqual([...png]);
    journal = right(await publish(true)(journal)());
    const page = await readFile(journal.places.page, 'utf8');
    expect(page).toContain('http-equiv="refresh"');
    expect([...journal.shown.keys()]).toEqual([1]);
    expect(page).toContain(journal.shown.get(1)!.url);
    // It need not read again what it has shown before.
    await rm(sampleFile(journal.places, 1));
    expect(E.isRight(await publish(false)(journal)())).toBe(true);
    expect(await readFile(journal.places.page, 'utf8')).not.toContain('http-equiv="refresh"');
  });

  it('goes on without samples that someone has taken away', async () => {
    let journal = right(await openJournal(folder, 1)());
    journal = right(await tell(training(1), 0.5)(journal)());
    for (const step of [1, 2, 3]) journal = right(await sample(training(step), 1)(journal)());
    await rm(sampleFile(journal.places, 2));
    await writeFile(sampleFile(journal.places, 3), 'no picture');
    journal = right(await publish(true)(journal)());
    expect([...journal.shown.keys()]).toEqual([1]);
    expect(journal.sampled).toEqual([1]);
    expect(await readFile(journal.places.page, 'utf8')).toContain(journal.shown.get(1)!.url);
  });

  it('shows nine grids at most', async () => {
    let journal = right(await openJournal(folder, 1)());
    for (let step = 1; step <= 12; step++) journal = right(await sample(training(step), 1)(journal)());
    journal = right(await publish(true)(journal)());
    expect(journal.sampled).toHaveLength(12);
    expect([...journal.shown.keys()]).toEqual([1, 2, 4, 5, 7, 8, 9, 11, 12]);
  });
});

describe('pictures', () => {
  const grid = (width: number, height: number) => ({
    width,
    height,
    columns: [],
    rows: 1,
    cell: { width, height },
    pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256),
  });

  it('are kept as they are', async () => {
    const made = grid(5, 3);
    const { data, info } = await sharp(await pngOf(made))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([5, 3, 3]);
    expect([...data]).toEqual([...made.pixels]);
  });

  it('are shown smaller where they are wide, and never larger', async () => {
    const shown = await shownOf(await pngOf(grid(1640, 20)));
    expect([shown.width, shown.height]).toEqual([820, 10]);
    const small = await shownOf(await pngOf(grid(40, 20)));
    expect([small.width, small.height]).toEqual([40, 20]);
    const [head, base64 = ''] = small.url.split(',');
    expect(head).toBe('data:image/webp;base64');
    const bytes = Buffer.from(base64, 'base64');
    expect((await sharp(bytes).metadata()).format).toBe('webp');
    // Much smaller than without any loss, which noise cannot be.
    expect(bytes.length).toBeLessThan(40 * 20 * 3);
  });
});
