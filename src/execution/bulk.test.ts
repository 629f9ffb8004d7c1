import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, encode, files, save, take } from '../ops/index.js';
import { type Pipeline, pipeline } from '../pipelines/code.js';
import { compilePipeline } from './compile.js';
import type { Report } from './run.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-bulk-'));
const photos = join(folder, 'photos');
const out = join(folder, 'out');

beforeAll(async () => {
  mkdirSync(join(photos, 'sub'), { recursive: true });
  await Promise.all(
    ['a.png', 'b.png', 'c.png', 'sub/a.png'].map((name, i) =>
      sharp({ create: { width: 4 + i, height: 3, channels: 3, background: '#369' } }).toFile(
        join(photos, name),
      ),
    ),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(out, { recursive: true, force: true }));

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const reported = async (given: Pipeline): Promise<Report> => right(await run(given, { jobs: 1 })());

const figures = ({ done, skipped, failed }: Report) => ({ done, skipped, failed: failed.length });

describe('a pipeline from files to files', () => {
  it('skips what is done, also behind an operator that chooses', async () => {
    const some = (count: number) => pipeline(files(photos), take(count), decode(), encode(), save(out));
    expect(figures(await reported(some(2)))).toEqual({ done: 2, skipped: 0, failed: 0 });
    expect(figures(await reported(some(3)))).toEqual({ done: 1, skipped: 2, failed: 0 });
    const plan = right(await compilePipeline(some(4))());
    expect([plan.bulk?.items, plan.bulk?.done]).toEqual([4, 3]);
  });

  it('is not run when two items would be written to one file', async () => {
    const flat = pipeline(files(photos), decode(), encode(), save(`${out}/{name}.png`));
    expect(await run(flat)()).toMatchObject({ left: [{ code: 'file/same-output' }] });
    expect(existsSync(out)).toBe(false);
  });

  it('refuses the second of two such items where that is only seen as it runs', async () => {
    const report = await reported(
      pipeline(files(photos), decode(), take(4), encode('webp'), save(`${out}/{name}.{ext}`)),
    );
    expect(report.failed.map(({ key, diagnostics }) => [key.path, diagnostics[0].code])).toEqual([
      ['sub/a.png', 'file/same-output'],
    ]);
    expect(readdirSync(out).sort()).toEqual(['.prismflow', 'a.webp', 'b.webp', 'c.webp']);
  });

  it('has another extension where there is another format, and sees collisions that this makes', async () => {
    const formats = pipeline(files({ in: photos, match: '*' }), decode(), encode('jpeg'), save(out));
    await reported(formats);
    expect(
      readdirSync(out)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    await sharp({ create: { width: 4, height: 3, channels: 3, background: '#369' } }).toFile(
      join(photos, 'a.webp'),
    );
    const collision = await run(formats)();
    rmSync(join(photos, 'a.webp'));
    expect(collision).toMatchObject({ left: [{ code: 'file/same-output' }] });
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe in the folder', async () => {
    const pipes = join(folder, 'pipes');
    mkdirSync(pipes);
    execFileSync('mkfifo', [join(pipes, 'a.png')]);
    const report = await reported(pipeline(files(pipes), decode(), encode(), save(out)));
    expect(figures(report).done).toBe(0);
  });

  it('does a photo again when its draws change with its place, and only then', async () => {
    const ordered = pipeline(files(photos), decode(), encode(), save(out));
    expect(figures(await reported(ordered))).toEqual({ done: 4, skipped: 0, failed: 0 });
    const shuffled = pipeline(files({ in: photos, shuffle: true }), decode(), encode(), save(out)).with({
      seed: 9,
    });
    expect(figures(await reported(shuffled))).toEqual({ done: 0, skipped: 4, failed: 0 });
  });
});
