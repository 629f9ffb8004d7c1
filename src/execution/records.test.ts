import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../diagnostics/index.js';
import { adjust, decode, defineOp, encode, files, save } from '../ops/index.js';
import { type Pipeline, pipeline } from '../pipelines/code.js';
import * as port from '../ports/index.js';
import type { DoneEntry, RecipeEntry } from '../records/journal/entries.js';
import { journalPath } from '../records/journal/journal.js';
import type { Report, RunOptions } from './run.js';
import { run } from './run.js';
import { entriesIn } from './testing/entries-in.js';
import { leaveLock } from './testing/left.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-records-'));
const photos = join(folder, 'photos');
const out = join(folder, 'out');
afterAll(() => rmSync(folder, { recursive: true }));

const photo = (name: string, width = 4): Promise<unknown> =>
  sharp({ create: { width, height: 3, channels: 3, background: '#369' } }).toFile(join(photos, name));

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(photos, { recursive: true });
  await photo('a.png');
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const reported = async (given: Pipeline, options: RunOptions = {}): Promise<Report> =>
  right(await run(given, options)());

const figures = ({ done, skipped, failed }: Report) => ({ done, skipped, failed: failed.length });

const entries = () => entriesIn(out);

const kinds = async (): Promise<readonly string[]> =>
  (await entries()).map((entry) => ('kind' in entry ? entry.kind : 'first'));

const copy = () => pipeline(files(photos), decode(), encode(), save(out));

describe('what is done', () => {
  it('is known by its content: a renamed photo’s result is copied, not made again', async () => {
    let worked = 0;
    const counting = defineOp({
      name: 'counting',
      about: 'Count',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) => {
          worked++;
          return TE.right(value);
        },
    });
    const counted = () => pipeline(files(photos), decode(), counting(), encode(), save(out));
    await reported(counted());
    renameSync(join(photos, 'a.png'), join(photos, 'b.png'));
    copyFileSync(join(photos, 'b.png'), join(photos, 'c.png'));
    expect(figures(await reported(counted()))).toEqual({ done: 2, skipped: 0, failed: 0 });
    expect(worked).toBe(1);
    expect(readFileSync(join(out, 'c.png'))).toEqual(readFileSync(join(out, 'a.png')));
    expect((await entries()).at(-1)).toMatchObject({ kind: 'done', copyOf: expect.stringMatching(/^[ab]/) });
    expect(figures(await reported(counted()))).toEqual({ done: 0, skipped: 2, failed: 0 });
    // A result that somebody changed is no copy to make others of.
    appendFileSync(join(out, 'a.png'), 'x');
    for (const name of ['b.png', 'c.png']) rmSync(join(out, name));
    await reported(counted());
    expect(worked).toBeGreaterThan(1);
  });

  it('is written down with all that it was made of', async () => {
    const noting = defineOp({
      name: 'noting',
      about: 'Note a figure',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        (_, { note }) =>
        ({ key, value }) => {
          note(key, { seam: 0.5 })();
          return TE.right(value);
        },
    });
    await reported(
      pipeline(files(photos), decode(), adjust({ exposure: 0.5 }), noting(), encode(), save(`${out}/{path}`)),
    );
    const all = await entries();
    const recipe = all.find((entry): entry is RecipeEntry => 'kind' in entry && entry.kind === 'recipe');
    const done = all.find((entry): entry is DoneEntry => 'kind' in entry && entry.kind === 'done');
    expect(done).toMatchObject({
      output: 'a.png',
      source: 'a.png',
      input: '../photos/a.png',
      recipe: recipe?.id,
      notes: { 'steps[3]/noting': { seam: 0.5 } },
    });
    expect(recipe).toMatchObject({
      engine: 'cpu',
      versions: { prismflow: '0.1.0', node: process.versions.node, sharp: /\d/, 'onnxruntime-node': /\d/ },
      pipeline: {
        version: 1,
        steps: [
          { files: { in: '../photos' } },
          { decode: {} },
          { adjust: { exposure: 0.5 } },
          'noting',
          'encode',
          { save: { to: '{path}' } },
        ],
      },
    });
  });

  it('is done again when it changed while it was read', async () => {
    let reads = 0;
    const disturbed = defineOp({
      name: 'disturbed',
      about: 'Change the source while it is worked on',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) =>
          TE.fromTask(async () => {
            if (++reads < 3) await photo('a.png', 4 + reads);
            return value;
          }),
    });
    const report = await reported(pipeline(files(photos), decode(), disturbed(), encode(), save(out)));
    expect([figures(report), reads]).toEqual([{ done: 1, skipped: 0, failed: 0 }, 3]);
    expect((await sharp(join(out, 'a.png')).metadata()).width).toBe(6);
    expect(figures(await reported(copy()))).toEqual({ done: 1, skipped: 0, failed: 0 });
  });

  it('is given up when it never keeps still', async () => {
    let reads = 0;
    const restless = defineOp({
      name: 'restless',
      about: 'Change the source whenever it is worked on',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) =>
          TE.fromTask(async () => {
            await photo('a.png', 4 + ++reads);
            return value;
          }),
    });
    const report = await reported(pipeline(files(photos), decode(), restless(), encode(), save(out)));
    expect(report.failed[0]?.diagnostics[0].code).toBe('file/changing');
    expect(await kinds()).toEqual([]);
  });
});

describe('what failed', () => {
  it('is told again and not tried again before it changes', async () => {
    writeFileSync(join(photos, 'bad.png'), 'no picture');
    const tries: string[] = [];
    const seen = defineOp({
      name: 'seen',
      about: 'See what is read',
      params: {},
      input: port.file,
      output: port.file,
      map:
        () =>
        ({ key, value }) => {
          tries.push(key.path);
          return TE.right(value);
        },
    });
    const seeing = () => pipeline(files(photos), seen(), decode(), encode(), save(out));
    const one = { jobs: 1 };
    const [first, second] = [await reported(seeing(), one), await reported(seeing(), one)];
    expect([figures(first), figures(second)]).toEqual([
      { done: 1, skipped: 0, failed: 1 },
      { done: 0, skipped: 1, failed: 1 },
    ]);
    expect(second.failed[0]).toMatchObject({
      operator: 'steps[2]/decode',
      diagnostics: [{ code: 'image/unsupported-format', hint: expect.stringContaining('--retry') }],
    });
    expect(tries).toEqual(['a.png', 'bad.png']);
    await reported(seeing(), { retry: true });
    expect(tries).toEqual(['a.png', 'bad.png', 'bad.png']);
    await photo('bad.png');
    expect(figures(await reported(seeing()))).toEqual({ done: 1, skipped: 1, failed: 0 });
    expect(figures(await reported(seeing()))).toEqual({ done: 0, skipped: 2, failed: 0 });
  });

  it('for a reason that passes is tried again', async () => {
    let tries = 0;
    const starved = defineOp({
      name: 'starved',
      about: 'Have no memory the first time',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) =>
          ++tries === 1 ? TE.left([failure('image/out-of-memory', 'No memory.')]) : TE.right(value),
    });
    const starving = () => pipeline(files(photos), decode(), starved(), encode(), save(out));
    expect(figures(await reported(starving()))).toEqual({ done: 0, skipped: 0, failed: 1 });
    expect(figures(await reported(starving()))).toEqual({ done: 1, skipped: 0, failed: 0 });
  });
});

describe('a folder of results', () => {
  it('is written by one run at a time', async () => {
    let meanwhile: E.Either<unknown, Report> | undefined;
    const second = defineOp({
      name: 'second',
      about: 'Run another pipeline to the same folder',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) =>
          TE.fromTask(async () => {
            meanwhile = await run(copy())();
            return value;
          }),
    });
    await reported(pipeline(files(photos), decode(), second(), encode(), save(out)));
    expect(meanwhile).toMatchObject({ left: [{ code: 'run/folder-in-use' }] });
    expect(readdirSync(join(out, '.prismflow'))).toEqual(['journal.jsonl']);
  });

  it('is cleared of what a run left that was killed', async () => {
    leaveLock(out);
    mkdirSync(join(out, 'sub'));
    writeFileSync(join(out, '.prismflow/lock.x'), '');
    writeFileSync(join(out, 'sub/.prismflow-0123.tmp'), 'half a photo');
    await reported(copy());
    expect(existsSync(join(out, 'sub/.prismflow-0123.tmp'))).toBe(false);
    expect(readdirSync(join(out, '.prismflow'))).toEqual(['journal.jsonl']);
    expect(journalPath(out)).toContain('journal.jsonl');
  });
});
