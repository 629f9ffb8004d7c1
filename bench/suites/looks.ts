import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { decode, encode, ensembleAverage, files, pipeline, run, save, take } from '../../src/index.js';
import { mean, type Row } from '../measure.js';
import { photoOf } from '../photo.js';
import type { Suite } from '../suite.js';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PHOTOS = folder('../shared/photos/');

/** Photos that nothing was trained on: people, animals, buildings, landscapes. */
const TRIED = `${PHOTOS}clear/bsds`;
const COUNT = 100;

/** Bands from top to bottom whose colours are compared. */
const BANDS = 8;

interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const pictureOf = async (path: string, side?: number): Promise<Picture> => {
  const whole = sharp(path).removeAlpha().toColourspace('srgb');
  const sized = side === undefined ? whole : whole.resize(side, side, { fit: 'inside' });
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
};

/** Mean colours of 0..1 in each band. */
const profileOf = ({ data, width, height }: Picture): readonly number[] => {
  const sums = new Float64Array(3 * BANDS);
  const counts = new Float64Array(BANDS);
  for (let i = 0; i < data.length; i++) {
    const band = Math.floor((Math.floor(i / 3 / width) * BANDS) / height);
    sums[3 * band + (i % 3)]! += (data[i] as number) / 255;
    counts[band]! += 1 / 3;
  }
  return Array.from(sums, (sum, i) => sum / counts[Math.floor(i / 3)]!);
};

const meanOf = (profiles: readonly (readonly number[])[]): readonly number[] =>
  profiles[0]!.map((_, i) => mean(profiles.map((profile) => profile[i]!)));

const apart = (one: readonly number[], other: readonly number[]): number =>
  Math.sqrt(mean(one.map((value, i) => (value - other[i]!) ** 2)));

/** Strengths of the gradients of luma, of values 0..255, by Sobel's filters over 4. */
const edgesOf = ({ data, width, height }: Picture): Float64Array => {
  const luma = Float64Array.from(
    { length: width * height },
    (_, i) => 0.2126 * data[3 * i]! + 0.7152 * data[3 * i + 1]! + 0.0722 * data[3 * i + 2]!,
  );
  const edges = new Float64Array(width * height);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = (dy: number, dx: number): number => luma[(y + dy) * width + x + dx]!;
      const across = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
      const down = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
      edges[y * width + x] = Math.hypot(across, down) / 4;
    }
  return edges;
};

/** Side of the windows in which gradients are compared. */
const WINDOW = 8;

/** SSIM of gradients, all three factors, over windows that do not overlap. */
const similarityOf = (one: Picture, other: Picture): number => {
  const [a, b] = [edgesOf(one), edgesOf(other)];
  const found: number[] = [];
  for (let top = 0; top + WINDOW <= one.height; top += WINDOW)
    for (let left = 0; left + WINDOW <= one.width; left += WINDOW) {
      let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
      for (let y = top; y < top + WINDOW; y++)
        for (let x = left; x < left + WINDOW; x++) {
          const [u, v] = [a[y * one.width + x]!, b[y * one.width + x]!];
          sa += u;
          sb += v;
          saa += u * u;
          sbb += v * v;
          sab += u * v;
        }
      const n = WINDOW ** 2;
      const [ma, mb] = [sa / n, sb / n];
      const [va, vb, cov] = [saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb];
      const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
      found.push((((2 * ma * mb + c1) / (ma * ma + mb * mb + c1)) * (2 * cov + c2)) / (va + vb + c2));
    }
  return mean(found);
};

/** The share of samples that are black or white after an edit and were not before. */
const clippedOf = (before: Picture, after: Picture): number =>
  mean(Array.from(after.data, (v, i) => ((v === 0 || v === 255) && v !== before.data[i] ? 1 : 0)));

/** The photos whose look a model learned, as its credits name them. */
const lookOf = (model: string): readonly string[] =>
  readFileSync(folder(`models/${model}/photos.csv`), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, part, file] = /^(look|plain),"([^"]*)"/.exec(line) ?? [];
      return part === 'look' && file !== undefined ? [`${PHOTOS}free/${file}`] : [];
    });

const edited = async (model: string, from: string, to: string, count: number): Promise<number> => {
  const report = await run(
    pipeline(
      files(from),
      take(count),
      decode(),
      ensembleAverage({ models: folder(`models/${model}`) }),
      encode({ format: 'png' }),
      save(`${to}/{path}`),
    ),
  )();
  if (E.isLeft(report)) throw new Error(report.left.map(({ message }) => message).join('\n'));
  return report.right.milliseconds;
};

/** How far a look is carried over to photos that it was not learned from. */
export const looked = async (model: string, scratch: string): Promise<Row> => {
  const to = join(scratch, model);
  const ms = await edited(model, TRIED, to, COUNT);
  const names = readdirSync(to).filter((name) => name.endsWith('.png'));
  const look = meanOf(
    await Promise.all(lookOf(model).map(async (path) => profileOf(await pictureOf(path, 256)))),
  );
  const rows = [];
  for (const name of names) {
    const before = await pictureOf(join(TRIED, name.replace(/\.png$/, '.jpg')));
    const after = await pictureOf(join(to, name));
    rows.push({
      before: profileOf(before),
      after: profileOf(after),
      kept: similarityOf(before, after),
      clipped: clippedOf(before, after),
    });
  }
  const [was, is] = [
    apart(meanOf(rows.map(({ before }) => before)), look),
    apart(meanOf(rows.map(({ after }) => after)), look),
  ];
  return {
    name: `${model}, ${rows.length} photos`,
    ms: ms / rows.length,
    peers: {},
    ratios: {},
    skipped: {},
    figures: {
      'distance before': was,
      'distance after': is,
      closer: 1 - is / was,
      'SSIM of gradients': mean(rows.map(({ kept }) => kept)),
      'newly clipped %': 100 * mean(rows.map(({ clipped }) => clipped)),
    },
  };
};

/** File to file, the time that each of some more photos takes in one run. */
const timed = async (width: number, height: number, scratch: string): Promise<Row> => {
  const [few, many] = [2, 8];
  const from = join(scratch, `${width}`);
  await mkdir(from, { recursive: true });
  const photo = await photoOf(width, height);
  for (let i = 0; i < many; i++) {
    const other = await sharp(photo)
      .modulate({ brightness: 1 + i / 50 })
      .jpeg({ quality: 92 })
      .toBuffer();
    await writeFile(join(from, `${i}.jpg`), other);
  }
  const taken = async (count: number): Promise<number> => {
    const report = await run(
      pipeline(
        files(from),
        take(count),
        decode(),
        ensembleAverage({ models: folder('models/sunset') }),
        encode({ like: 'source', quality: 92 }),
        save(`${join(scratch, `${width}-${count}`)}/{path}`),
      ),
    )();
    if (E.isLeft(report)) throw new Error(report.left.map(({ message }) => message).join('\n'));
    return report.right.milliseconds;
  };
  const [short, long] = [await taken(few), await taken(many)];
  const bytes = (await readFile(join(from, '0.jpg'))).length;
  return {
    name: `${width}x${height}, file to file`,
    ms: (long - short) / (many - few),
    peers: {},
    ratios: {},
    skipped: {},
    figures: { 'MB of the file': bytes / 1e6 },
  };
};

/** How far looks are carried over, what is lost on the way, and how long it takes. */
export const suite: Suite = {
  title: 'Looks by a grid of colour transforms',
  cases: ['sunset', 'bluehour', '2400x2400, file to file', '6000x4000, file to file'],
  run: async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'prismflow-looks-'));
    const rows: Row[] = [];
    if (existsSync(TRIED))
      for (const model of ['sunset', 'bluehour']) rows.push(await looked(model, scratch));
    for (const [width, height] of [
      [2400, 2400],
      [6000, 4000],
    ] as const)
      rows.push(await timed(width, height, scratch));
    await rm(scratch, { recursive: true });
    return {
      rows,
      notes: [
        `The distance is that of the mean colours in ${BANDS} bands from top to bottom, of values 0..1, between the first ${COUNT} photos of BSDS500 and those whose look was learned. SSIM of the strengths of gradients, all three factors, of the photo and its edit.`,
      ],
    };
  },
};
