import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { adjust, decode, defineOp, encode, files, save } from '../ops/index.js';
import { type Pipeline, pipeline } from '../pipelines/code.js';
import * as port from '../ports/index.js';
import type { Entry } from '../records/journal/entries.js';
import type { Report, RunOptions } from './run.js';
import { run } from './run.js';
import { entriesIn } from './testing/entries-in.js';
import { leaveInFlight } from './testing/left.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-interrupted-'));
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

const reported = async (given: Pipeline, options: RunOptions = {}): Promise<Report> => {
  const report = await run(given, options)();
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left));
  return report.right;
};

const entries = () => entriesIn(out);

const copy = () => pipeline(files(photos), decode(), encode(), save(out));

describe('what a process was at when it ended without a word', () => {
  const warned = async (given: Pipeline): Promise<readonly string[]> => {
    const codes: string[] = [];
    const observe: RunOptions['observe'] = (event) =>
      event.kind === 'warned' && codes.push(`${event.key.path} ${event.warning.code}`);
    expect(await reported(given, { observe, memory: 2 ** 30 })).toMatchObject({ failed: [] });
    expect(readdirSync(join(out, '.prismflow'))).toEqual(['journal.jsonl']);
    return codes;
  };

  it('is worked on in a process of its own, with the same result, notes and receipt', async () => {
    await photo('b.png', 5);
    const signed = () =>
      pipeline(files(photos), decode(), adjust({ exposure: 0.5 }), encode({ receipt: 'xmp' }), save(out));
    await reported(signed(), { memory: 2 ** 30 });
    const [once, before] = [readFileSync(join(out, 'a.png')), await entries()];
    rmSync(out, { recursive: true });
    leaveInFlight(out, 'a.png');
    expect(await warned(signed())).toEqual(['a.png run/suspect']);
    expect(readFileSync(join(out, 'a.png'))).toEqual(once);
    // Two photos that are done at once can both write down the recipe that they share.
    const timeless = (all: readonly Entry[]): ReadonlySet<string> =>
      new Set(
        all.map((entry) =>
          JSON.stringify({ ...entry, at: '', outputModified: 0, outputChanged: 0, outputInode: 0 }),
        ),
      );
    expect(timeless(await entries())).toEqual(timeless(before));
  });

  it('fails there as it would here', async () => {
    writeFileSync(join(photos, 'a.png'), 'no photo');
    leaveInFlight(out, 'a.png');
    const { failed } = await reported(copy());
    expect(failed).toMatchObject([
      { operator: 'steps[1]/decode', diagnostics: [{ code: 'image/unsupported-format' }] },
    ]);
  });

  it('is left alone where it was done before', async () => {
    await reported(copy());
    leaveInFlight(out, 'a.png');
    expect(await warned(copy())).toEqual([]);
  });

  it('is worked on as ever by operators that no other process can load', async () => {
    const own = defineOp({
      name: 'own',
      about: 'Pass',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) =>
          TE.right(value),
    });
    leaveInFlight(out, 'a.png');
    expect(await warned(pipeline(files(photos), decode(), own(), encode(), save(out)))).toEqual([]);
    expect(existsSync(join(out, 'a.png'))).toBe(true);
  });
});
