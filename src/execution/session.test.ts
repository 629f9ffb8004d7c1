import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adjust, batch, compare, crop, decode, encode, files, pair, resize, save } from '../ops/index.js';
import { pipeline, stream } from '../pipelines/code.js';
import { analyse } from '../pipelines/compile.js';
import { run } from './run.js';
import { open } from './session.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-session-'));
const photo = join(folder, 'photos/a.png');
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) % 256));
  await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } }).toFile(photo);
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const edit = (...more: []) =>
  pipeline(
    files(join(folder, 'photos')),
    decode(),
    resize({ longest: 20 }),
    adjust({ exposure: 0.3 }),
    encode({ like: 'source' }),
    save(join(folder, 'out/{path}')),
    ...more,
  );

describe('a session', () => {
  it('gives the bytes that a run writes, from a path and from bytes, several at once', async () => {
    expect(right(await run(edit())())).toMatchObject({ done: 1, failed: [] });
    const written = readFileSync(join(folder, 'out/a.png'));
    const session = right(await open(edit())()());
    try {
      const bytes = readFileSync(photo);
      const made = await Promise.all([photo, bytes, bytes, photo].map((each) => session.edit(each)()));
      for (const each of made) expect(Buffer.from(right(each).bytes)).toEqual(written);
      expect(right(made[0] as never)).toMatchObject({ format: 'png', warnings: [], notes: {} });
    } finally {
      await session.close();
    }
  });

  it('takes a pipeline of a file, and one that ends with `encode`', async () => {
    const text =
      'version: 1\nsteps: [{ files: photos }, decode, { resize: { longest: 10 } }, { encode: jpeg }]';
    const graph = right(await analyse({ path: join(folder, 'p.yaml'), text })());
    const session = right(await open(graph)()());
    const to = join(folder, 'small.jpg');
    const made = right(await session.edit(photo, { to })());
    expect(made).toMatchObject({ format: 'jpeg', extension: 'jpg' });
    expect(readFileSync(to)).toEqual(Buffer.from(made.bytes));
    await session.close();
  });

  it('tells of one edit what is said of it, and not of another', async () => {
    const session = right(await open(pipeline(files('.'), decode(), encode('jpeg')))()());
    const clear = await sharp({ create: { width: 4, height: 4, channels: 4, background: '#ff000080' } })
      .png()
      .toBuffer();
    const steps: string[] = [];
    const [see, opaque] = await Promise.all([
      session.edit(clear, { progress: (step) => void steps.push(step) })(),
      session.edit(photo)(),
    ]);
    expect(right(see).warnings).toHaveLength(1);
    expect(right(opaque).warnings).toEqual([]);
    expect(steps).toEqual(['steps[1]/decode', 'steps[2]/encode']);
    await session.close();
  });

  it('says why a photo cannot be edited, and goes on', async () => {
    const session = right(await open(edit())()());
    expect(await session.edit(Buffer.from('no picture'), { name: 'x.jpg' })()).toMatchObject({
      left: [{ code: 'image/unsupported-format', message: expect.stringContaining('x.jpg') }],
    });
    expect(await session.edit(join(folder, 'gone.jpg'))()).toMatchObject({
      left: [{ code: 'image/not-found' }],
    });
    expect(await session.edit(photo, { signal: AbortSignal.abort() })()).toMatchObject({
      left: [{ code: 'run/cancelled' }],
    });
    writeFileSync(join(folder, 'file'), '');
    expect(await session.edit(photo, { to: join(folder, 'file/x.png') })()).toMatchObject({
      left: [{ code: 'image/not-found' }],
    });
    expect(E.isRight(await session.edit(photo)())).toBe(true);
    await session.close();
    expect(await session.edit(photo)()).toMatchObject({ left: [{ code: 'run/cancelled' }] });
  });

  it('draws by the number that a photo is given', async () => {
    const cropped = pipeline(files('.'), decode(), crop({ size: 8, random: true }), encode('png'));
    const session = right(await open(cropped)()());
    const at = async (index: number) => Buffer.from(right(await session.edit(photo, { index })()).bytes);
    const [one, again, other] = [await at(1), await at(1), await at(2)];
    expect(one.equals(again)).toBe(true);
    expect(one.equals(other)).toBe(false);
    await session.close();
  });

  it('refuses what turns no photo into a file, and unknown engines', async () => {
    const clear = stream('clear', files('.'), decode());
    const notOne = pipeline(pair({ from: clear, to: clear }), batch(2));
    const measured = pipeline(pair({ from: clear, to: clear }), compare());
    for (const each of [notOne, measured, pipeline(files('.'), decode())])
      expect(await open(each)()()).toMatchObject({ left: [{ code: 'run/not-an-edit' }] });
    expect(await open(edit())({ engine: 'abacus' })()).toMatchObject({
      left: [{ code: 'run/unknown-engine' }],
    });
  });
});
