import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { decode, encode, ensembleAverage, files, pipeline, run, save, take } from '../../src/index.js';
import { newlyClipped } from '../../src/picture/measures/clipping.js';
import { gradientSimilarity } from '../../src/picture/measures/gradients.js';
import { BANDS, meanProfile, profileDistance, profileOf } from '../../src/picture/measures/heights.js';
import type { Raster } from '../../src/picture/measures/raster.js';
import { mean, type Row } from '../measure.js';
import { photoOf } from '../photo.js';
import type { Suite } from '../suite.js';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PHOTOS = folder('../shared/photos/');

/** Photos that nothing was trained on: people, animals, buildings, landscapes. */
const TRIED = `${PHOTOS}clear/bsds`;
const COUNT = 100;

const pictureOf = async (path: string, side?: number): Promise<Raster> => {
  const whole = sharp(path).removeAlpha().toColourspace('srgb');
  const sized = side === undefined ? whole : whole.resize(side, side, { fit: 'inside' });
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
};

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
  const look = meanProfile(
    await Promise.all(lookOf(model).map(async (path) => profileOf(await pictureOf(path, 256)))),
  );
  const rows = [];
  for (const name of names) {
    const before = await pictureOf(join(TRIED, name.replace(/\.png$/, '.jpg')));
    const after = await pictureOf(join(to, name));
    rows.push({
      before: profileOf(before),
      after: profileOf(after),
      kept: gradientSimilarity(before, after),
      clipped: newlyClipped(before, after),
    });
  }
  const [was, is] = [
    profileDistance(meanProfile(rows.map(({ before }) => before)), look),
    profileDistance(meanProfile(rows.map(({ after }) => after)), look),
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
