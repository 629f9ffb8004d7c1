import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { decode, encode, files, pipeline, run, save } from '../../src/index.js';
import { median, type Row, sideBySide } from '../measure.js';
import type { Suite } from '../suite.js';

const QUALITY = 92;
const PHOTOS = 200;
const MEMORY_RUNS = 3;
const jobs = availableParallelism();

/** Photos of the shared collection, spread evenly over its clear ones; generated ones where there is none. */
const gatherPhotos = async (folder: string): Promise<string> => {
  const shared = fileURLToPath(new URL('../../../shared/photos/clear', import.meta.url));
  await mkdir(folder, { recursive: true });
  if (!existsSync(shared)) {
    await generate(folder, PHOTOS, 512);
    return `${PHOTOS} generated JPEG files of 512x512`;
  }
  const all = (await readdir(shared, { recursive: true }))
    .filter((path) => /\.(jpg|webp)$/.test(path))
    .sort();
  const chosen = Array.from({ length: PHOTOS }, (_, i) => all[Math.floor((i * all.length) / PHOTOS)] ?? '');
  await Promise.all(
    chosen.map((path, i) => cp(join(shared, path), join(folder, `${i}-${path.replaceAll('/', '-')}`))),
  );
  return `${PHOTOS} photos of shared/photos/clear`;
};

/** Pictures of soft noise, which compress about as photos do. */
const generate = async (folder: string, count: number, side: number): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const picture = await sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .blur(2)
    .jpeg({ quality: QUALITY })
    .toBuffer();
  for (let i = 0; i < count; i++) await writeFile(join(folder, `${i}.jpg`), numbered(picture, i));
};

/** A JPEG with a comment behind its first marker, so that no two are the same file: of those, one would be copied. */
const numbered = (jpeg: Buffer, number: number): Buffer => {
  const comment = Buffer.from([0xff, 0xfe, 0, 6, 0, 0, 0, 0]);
  comment.writeUInt32BE(number, 4);
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
};

/** The loop that one writes by hand: as many at a time, the same format, quality, orientation and metadata. */
const bareLoop = async (from: string, to: string): Promise<void> => {
  const names = await readdir(from);
  await mkdir(to, { recursive: true });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const photo = sharp(join(from, name)).autoOrient().keepMetadata();
      const isLossless = name.endsWith('.webp');
      await (isLossless
        ? photo.webp({ lossless: true, quality: 90 })
        : photo.jpeg({ quality: QUALITY })
      ).toFile(join(to, name));
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
};

const root = new URL('../../', import.meta.url);
const inRoot = (path: string): string => fileURLToPath(new URL(path, root));

/** Resident memory in MiB of `pipe run` over the photos of a folder, in a fresh process. */
const residentMemory = async (from: string, work: string): Promise<number> => {
  const [to, figure] = [join(work, 'out'), join(work, 'resident')];
  await promisify(execFile)(
    process.execPath,
    [
      '--require',
      inRoot('bench/dist/bench/peers/resident-memory.cjs'),
      inRoot('dist/cli/pipe.cjs'),
      'run',
      `${inRoot('pipelines.yaml')}#copy`,
      ...['--set', `input=${from}`, '--set', `output=${to}`, '--quiet'],
    ],
    { env: { ...process.env, RESIDENT_MEMORY: figure } },
  );
  await rm(to, { recursive: true });
  return Number(await readFile(figure, 'utf8'));
};

export const suite: Suite = {
  title: 'Streams: decode → encode, and memory',
  cases: ['copy', 'memory'],
  run: async (runs, only, measure) => {
    const folder = await mkdtemp(join(tmpdir(), 'prismflow-bench-'));
    try {
      const rows: Row[] = [];
      const notes: string[] = [];
      if (only === undefined || 'copy'.includes(only)) {
        const photos = await gatherPhotos(join(folder, 'photos'));
        let turn = 0;
        const target = (who: string): string => join(folder, `${who}-${turn++}`);
        rows.push(
          await measure('copy', () =>
            sideBySide(
              'copy',
              async () => {
                const to = target('own');
                const report = await run(
                  pipeline(
                    files(join(folder, 'photos')),
                    decode(),
                    encode({ quality: QUALITY }),
                    save(`${to}/{path}`),
                  ),
                  { jobs },
                )();
                if (E.isLeft(report) || report.right.done !== PHOTOS) throw new Error('the run failed');
                await rm(to, { recursive: true });
              },
              [
                {
                  name: 'bare sharp loop',
                  version: sharp.versions.sharp ?? '',
                  close: () => undefined,
                  run: async () => {
                    const to = target('bare');
                    const start = performance.now();
                    await bareLoop(join(folder, 'photos'), to);
                    const took = performance.now() - start;
                    await rm(to, { recursive: true });
                    return took;
                  },
                },
              ],
              runs,
            ),
          ),
        );
        notes.push(`\`copy\`: ${photos}, ${jobs} at a time, JPEG quality ${QUALITY}, with metadata.`);
      }
      if (only === undefined || 'memory'.includes(only)) {
        const few = join(folder, 'few');
        const many = join(folder, 'many');
        await generate(few, 100, 512);
        await generate(many, 10_000, 512);
        const figures: Readonly<Record<'few' | 'many', number[]>> = { few: [], many: [] };
        const times: number[] = [];
        const measured = async (): Promise<Row> => {
          for (let i = 0; i < MEMORY_RUNS; i++) {
            figures.few.push(await residentMemory(few, folder));
            const start = performance.now();
            figures.many.push(await residentMemory(many, folder));
            times.push(performance.now() - start);
          }
          return {
            name: 'memory',
            ms: median(times),
            peers: {},
            ratios: {},
            figures: { 'MiB, 100 files': median(figures.few), 'MiB, 10,000 files': median(figures.many) },
            skipped: {},
          };
        };
        rows.push(await measure('memory', measured));
        const [small, large] = [median(figures.few), median(figures.many)];
        const told = (values: readonly number[]): string => values.map((v) => v.toFixed(0)).join(', ');
        notes.push(
          `Resident memory of \`pipe run\`, in fresh processes (each the median of the second half of its time): over 100 files of 512x512 ${told(figures.few)} MiB; over 10,000 files ${told(figures.many)} MiB. Medians: ${small.toFixed(0)} and ${large.toFixed(0)} MiB (× ${(large / small).toFixed(2)}).`,
        );
      }
      return { rows, notes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
