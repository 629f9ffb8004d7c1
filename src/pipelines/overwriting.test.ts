import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { compilePipeline } from '../execution/compile.js';
import { remarksOn } from '../execution/plan/plan.js';
import { run } from '../execution/run.js';
import { leaveLock } from '../execution/testing/left.js';
import { adjust, decode, defineOp, encode, files, save, tile, untile } from '../ops/index.js';
import * as port from '../ports/index.js';
import { inFlightPath, journalPath } from '../records/journal/journal.js';
import { sealLine } from '../records/journal/line.js';
import { type Pipeline, pipeline } from './code.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-overwriting-'));
const photos = join(folder, 'photos');
const out = join(folder, 'out');
const target = join(out, 'a.png');
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(photos, { recursive: true });
  mkdirSync(out);
  await sharp({ create: { width: 4, height: 3, channels: 3, background: '#369' } }).toFile(
    join(photos, 'a.png'),
  );
});

/** What a run came to, as `done` or the codes of what failed; and what was foreseen of it. */
const ran = async (given: Pipeline): Promise<readonly (number | string)[]> => {
  const report = await run(given)();
  if (E.isLeft(report)) return report.left.map(({ code }) => code);
  const { done, failed } = report.right;
  return [done, ...failed.map(({ diagnostics }) => diagnostics[0].code)];
};

const foreseen = async (given: Pipeline): Promise<readonly string[]> => {
  const plan = await compilePipeline(given)();
  return E.isLeft(plan) ? ['refused'] : remarksOn(plan.right).map(({ code }) => code);
};

const copy = (to = out) => pipeline(files(photos), decode(), encode(), save(to));
const overwriting = (to = out) => pipeline(files(photos), decode(), encode(), save({ to, overwrite: true }));
/** A pipeline that does not turn each file into one. */
const tiled = (overwrite = false) =>
  pipeline(
    files(photos),
    decode(),
    tile({ size: 64, overlap: 8 }),
    untile(),
    encode(),
    save({ to: out, overwrite }),
  );

const digestOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The photo is another one from now on. */
const changePhoto = () =>
  sharp({ create: { width: 9, height: 3, channels: 3, background: '#963' } }).toFile(join(photos, 'a.png'));

/** What a process leaves that was killed when the result was about to get its name. */
const leaveStaged = async (digest: string, modified: number): Promise<void> => {
  mkdirSync(join(out, '.prismflow'), { recursive: true });
  const left = { inFlight: ['a.png'], suspects: [], staged: { 'a.png': [{ digest, modified }] } };
  writeFileSync(inFlightPath(out), JSON.stringify(left));
  await leaveLock(out);
};

/** Adds the last record again, with other facts about the result. */
const forgeRecord = (facts: object): void => {
  const lines = readFileSync(journalPath(out), 'utf8').split('\n').filter(Boolean);
  const last = lines.findLast((line) => /"kind":"(done|written)"/.test(line)) ?? '';
  const { crc: _, ...entry } = JSON.parse(last);
  appendFileSync(journalPath(out), `\n${sealLine({ ...entry, ...facts })}`);
};

describe.each([
  ['a bulk pipeline', copy, overwriting],
  ['a pipeline of another kind', () => tiled(), () => tiled(true)],
])('%s', (_, given, allowed) => {
  it('writes over nothing that no run wrote, unless it is told to', async () => {
    writeFileSync(target, 'mine');
    expect(await ran(given())).toEqual([0, 'file/exists']);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(await ran(allowed())).toEqual([1]);
    expect((await sharp(target).metadata()).format).toBe('png');
    expect(readdirSync(out).sort()).toEqual(['.prismflow', 'a.png']);
  });

  it('writes over its own results, and not over those that were changed since', async () => {
    expect(await ran(given())).toEqual([1]);
    await sharp({ create: { width: 9, height: 3, channels: 3, background: '#963' } }).toFile(
      join(photos, 'a.png'),
    );
    expect(await ran(given())).toEqual([1]);
    expect((await sharp(target).metadata()).width).toBe(9);
    writeFileSync(target, 'edited by hand');
    writeFileSync(join(photos, 'a.png'), readFileSync(join(photos, 'a.png')));
    utimesSync(join(photos, 'a.png'), 1, 1);
    expect(await ran(given())).toEqual([0, 'file/changed']);
    expect(readFileSync(target, 'utf8')).toBe('edited by hand');
    expect(await ran(allowed())).toEqual([1]);
  });

  it('writes over no link, folder, pipe or what a link leads to', async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'secret');
    const inTheWay: readonly (() => unknown)[] = [
      () => symlinkSync(secret, target),
      () => symlinkSync(join(folder, 'nowhere'), target),
      () => mkdirSync(target),
      () => execFileSync('mkfifo', [target]),
    ];
    for (const put of inTheWay) {
      put();
      expect(await ran(given())).toEqual([0, 'file/in-the-way']);
      expect(await ran(allowed())).toEqual([0, 'file/in-the-way']);
      rmSync(target, { recursive: true });
    }
    expect(readFileSync(secret, 'utf8')).toBe('secret');
    expect(readdirSync(folder).sort()).toEqual(['out', 'photos', 'secret']);
  });

  it('knows what it wrote when it was killed before the record was', async () => {
    expect(await ran(given())).toEqual([1]);
    const bytes = readFileSync(target);
    rmSync(journalPath(out));
    await leaveStaged(digestOf(target), lstatSync(target).mtimeMs);
    await changePhoto();
    expect(await ran(given())).toEqual([1]);
    expect(readFileSync(target).equals(bytes)).toBe(false);
  });

  it('believes no note of a file that was to be written which does not know when it was', async () => {
    writeFileSync(target, 'mine');
    await leaveStaged(digestOf(target), lstatSync(target).mtimeMs - 1);
    expect(await ran(given())).toEqual([0, 'file/exists']);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('believes no record of a file that knows its content and not when it was written', async () => {
    expect(await ran(given())).toEqual([1]);
    writeFileSync(target, 'mine');
    const { size, mtimeMs } = lstatSync(target);
    const forged = { outputSize: size, outputDigest: digestOf(target), outputModified: mtimeMs - 1 };
    forgeRecord(forged);
    await changePhoto();
    expect(await ran(given())).toEqual([0, 'file/changed']);
    forgeRecord({ ...forged, outputModified: undefined });
    expect(await ran(given())).toEqual([0, 'file/changed']);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(await ran(allowed())).toEqual([1]);
  });

  it('writes over copies of its results that kept their times, if only to the second', async () => {
    expect(await ran(given())).toEqual([1]);
    const bytes = readFileSync(target);
    const { mtimeMs } = lstatSync(target);
    rmSync(target);
    writeFileSync(target, bytes);
    await changePhoto();
    expect(await ran(given())).toEqual([0, 'file/changed']);
    const seconds = Math.floor(mtimeMs / 1000);
    utimesSync(target, seconds, seconds);
    expect(await ran(given())).toEqual([1]);
  });
});

describe('a photo that a record names as a result', () => {
  const beside = () => pipeline(files(photos), decode(), encode(), save(`${photos}/{name}-small.{ext}`));

  it('is not left out without a word', async () => {
    expect(await ran(beside())).toEqual([1]);
    expect(await ran(beside())).toEqual([0]);
    expect(await foreseen(beside())).toEqual([]);
    writeFileSync(join(photos, 'a-small.png'), readFileSync(join(photos, 'a.png')).subarray(0, 40));
    expect(await foreseen(beside())).toContain('file/left-out');
  });
});

describe('a result', () => {
  it('is foreseen to be refused', async () => {
    writeFileSync(target, 'mine');
    expect(await foreseen(copy())).toEqual(['file/exists']);
    expect(await foreseen(overwriting())).toEqual([]);
    rmSync(target);
    symlinkSync(folder, target);
    expect(await foreseen(overwriting())).toEqual(['file/in-the-way']);
  });

  it('that is there already, byte by byte, is done where a run was cut off', async () => {
    expect(await ran(copy())).toEqual([1]);
    const { mtimeMs } = lstatSync(target);
    rmSync(join(out, '.prismflow'), { recursive: true });
    mkdirSync(join(out, '.prismflow'));
    await leaveLock(out);
    expect(await ran(copy())).toEqual([1]);
    expect(lstatSync(target).mtimeMs).toBe(mtimeMs);
  });

  it('of the same size with other bytes is not done', async () => {
    expect(await ran(copy())).toEqual([1]);
    const bytes = readFileSync(target);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(target, bytes);
    expect(await ran(copy())).toEqual([0, 'file/changed']);
    rmSync(target);
    expect(await ran(copy())).toEqual([1]);
  });

  it('that was only touched or copied is done, and is not read again the next time', async () => {
    expect(await ran(copy())).toEqual([1]);
    const bytes = readFileSync(target);
    rmSync(target);
    writeFileSync(target, bytes);
    expect(await ran(copy())).toEqual([0]);
    const lines = readFileSync(journalPath(out), 'utf8').split('\n').length;
    expect(await ran(copy())).toEqual([0]);
    expect(readFileSync(journalPath(out), 'utf8').split('\n')).toHaveLength(lines);
  });

  it('never goes through a link below its folder, nor into the records', async () => {
    mkdirSync(join(photos, 'sub'));
    copyFileSync(join(photos, 'a.png'), join(photos, 'sub/b.png'));
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(out, 'sub'));
    expect(await ran(overwriting())).toEqual([1, 'file/in-the-way']);
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
    const records = pipeline(
      files(join(photos, 'a.png')),
      decode(),
      encode(),
      save({ to: `${out}/.PrismFlow/{path}`, overwrite: true }),
    );
    expect(await ran(records)).toEqual([0, 'file/reserved']);
  });

  it('is never written over a source, by whatever way', async () => {
    const before = readFileSync(join(photos, 'a.png'));
    rmSync(out, { recursive: true });
    symlinkSync(photos, out);
    const brighter = pipeline(
      files(photos),
      decode(),
      adjust({ exposure: 1 }),
      encode(),
      save({ to: out, overwrite: true }),
    );
    expect(await ran(brighter)).toEqual([0, 'file/over-source']);
    expect(readFileSync(join(photos, 'a.png')).equals(before)).toBe(true);
  });

  it('is not written over a file that appears while it is made', async () => {
    const meddling = defineOp({
      name: 'meddling',
      about: 'Put a file where the result goes',
      params: {},
      input: port.encoded,
      output: port.encoded,
      map:
        () =>
        ({ value }) => {
          writeFileSync(target, 'mine');
          return TE.right(value);
        },
    });
    expect(await ran(pipeline(files(photos), decode(), encode(), meddling(), save(out)))).toEqual([
      0,
      'file/exists',
    ]);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(readdirSync(out).sort()).toEqual(['.prismflow', 'a.png']);
  });

  it('stays done when `overwrite` is said afterwards', async () => {
    expect(await ran(copy())).toEqual([1]);
    expect(await ran(overwriting())).toEqual([0]);
    appendFileSync(target, 'x');
    expect(await ran(overwriting())).toEqual([1]);
  });

  it('is signed with the same bytes by the same run, whatever memory is free', async () => {
    const signed = () =>
      pipeline(files(photos), decode(), adjust({ exposure: 0.5 }), encode({ receipt: 'xmp' }), save(out));
    const made: Buffer[] = [];
    for (const memory of [2 ** 28, 2 ** 30]) {
      rmSync(out, { recursive: true });
      await run(signed(), { memory })();
      made.push(readFileSync(target));
    }
    expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true);
  });
});

describe('a name', () => {
  it.skipIf(process.platform !== 'linux')('that is no UTF-8 is kept byte for byte', async () => {
    const names = [Buffer.of(0xe9), Buffer.of(0xe8), Buffer.from('\ufffd'), Buffer.from('\nx')];
    const file = (where: string, name: Buffer) =>
      Buffer.concat([Buffer.from(`${where}/`), name, Buffer.from('.png')]);
    for (const name of names) copyFileSync(join(photos, 'a.png'), file(photos, name));
    expect(await ran(copy())).toEqual([5]);
    for (const name of names) expect(lstatSync(file(out, name)).isFile()).toBe(true);
    expect(await ran(copy())).toEqual([0]);
  });
});
