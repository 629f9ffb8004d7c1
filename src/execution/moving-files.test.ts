import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, defineOp, encode, files, save, watch } from '../ops/index.js';
import { type Pipeline, pipeline } from '../pipelines/code.js';
import * as port from '../ports/index.js';
import type { Entry } from '../records/journal/entries.js';
import { entriesOf } from '../records/journal/journal.js';
import { fromAsyncIterable } from '../streams/index.js';
import type { PipelineEvent, Report, RunOptions } from './run.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-moving-'));
const inbox = join(folder, 'in');
const out = join(folder, 'out');
afterAll(() => rmSync(folder, { recursive: true }));

/** Written beside its place and moved there, as half a file is another matter. */
const photo = async (name: string, width: number): Promise<void> => {
  await sharp({ create: { width, height: 3, channels: 3, background: '#369' } }).toFile(
    join(folder, `new-${name}`),
  );
  renameSync(join(folder, `new-${name}`), join(inbox, name));
};

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(inbox, { recursive: true });
  await photo('a.png', 4);
  await photo('b.png', 5);
});

const removeB = (): void => rmSync(join(inbox, 'b.png'), { force: true });

const widthOf = async (name: string): Promise<number> => (await sharp(join(out, name)).metadata()).width;

const recorded = async (): Promise<readonly string[]> => {
  const all: Entry[] = [];
  for await (const entry of entriesOf(out)) all.push(entry);
  return all.flatMap((entry) =>
    'kind' in entry && (entry.kind === 'done' || entry.kind === 'failed')
      ? [`${entry.kind} ${entry.source}`]
      : [],
  );
};

/** Runs to the end, or until `isEnough`. */
const reported = async (
  given: Pipeline,
  isEnough: (events: readonly PipelineEvent[]) => boolean = () => false,
): Promise<Report & { readonly events: readonly PipelineEvent[] }> => {
  const finish = new AbortController();
  const events: PipelineEvent[] = [];
  const observe: RunOptions['observe'] = (event) => {
    events.push(event);
    if (isEnough(events)) finish.abort();
  };
  const report = await run(given, { finish: finish.signal, observe, jobs: 2 })();
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left));
  return { ...report.right, events };
};

const codes = ({ failed }: Report): readonly string[] =>
  failed.map(({ key, diagnostics: [{ code }] }) => `${key.path} ${code}`);

/** Gives a.png and b.png, as `files` and `watch` do, but removes b.png as soon as it is given. */
const losing = (live: boolean) =>
  defineOp({
    name: 'losing',
    about: 'Lose a file',
    params: {},
    input: port.none,
    output: port.file,
    live: () => live,
    source: () =>
      fromAsyncIterable(async function* () {
        for (const [index, path] of ['a.png', 'b.png'].entries()) {
          if (path === 'b.png') removeB();
          yield E.right({ key: { path, index, epoch: 0 }, value: { path: join(inbox, path) } });
        }
      }),
  });

/** Does something to b.png when it is about to be decoded, or was. */
const meddling = (to: (times: number) => Promise<void> | void) => {
  let times = 0;
  const meddle = async ({ path }: port.ItemKey): Promise<void> => {
    if (path === 'b.png') await to(++times);
  };
  const meddling = <P extends typeof port.file | typeof port.frame>(name: string, at: P) =>
    defineOp({
      name,
      about: 'Meddle with a file',
      params: {},
      input: at,
      output: at,
      map:
        () =>
        ({ key, value }) =>
          TE.fromTask(async () => {
            await meddle(key);
            return value;
          }),
    })();
  return { before: meddling('meddling.before', port.file), after: meddling('meddling.after', port.frame) };
};

const quickly = { in: inbox, settle: 0.05, patience: 0.3 };

const count = (events: readonly PipelineEvent[], kind: PipelineEvent['kind']): number =>
  events.filter((event) => event.kind === kind).length;

describe('a file that is removed', () => {
  it('before it is looked at is told of by a run, and not held against it', async () => {
    const report = await reported(pipeline(losing(false)(), decode(), encode(), save(out)));
    expect([report.done, codes(report)]).toEqual([1, ['b.png image/not-found']]);
    expect(await recorded()).toEqual(['done a.png']);
    await photo('b.png', 5);
    expect(await reported(pipeline(files(inbox), decode(), encode(), save(out)))).toMatchObject({
      done: 1,
      skipped: 1,
      failed: [],
    });
  });

  it('before it is looked at is nothing to a watch', async () => {
    const report = await reported(pipeline(losing(true)(), decode(), encode(), save(out)));
    expect([report.done, codes(report), await recorded()]).toEqual([1, [], ['done a.png']]);
  });

  it('before it is read is told of by a run, and not held against it', async () => {
    const { before } = meddling(removeB);
    const report = await reported(pipeline(files(inbox), before, decode(), encode(), save(out)));
    expect([report.done, codes(report)]).toEqual([1, ['b.png image/not-found']]);
    expect(await recorded()).toEqual(['done a.png']);
  });

  it('before it is read is nothing to a watch, until it comes again', async () => {
    const { before } = meddling((times) => {
      if (times > 1) return;
      removeB();
      setTimeout(() => void photo('b.png', 7), 300);
    });
    const report = await reported(
      pipeline(watch(quickly), before, decode(), encode(), save(out)),
      (events) => count(events, 'done') === 2,
    );
    expect([report.done, codes(report), await widthOf('b.png')]).toEqual([2, [], 7]);
  });

  it.each(['run', 'watch'])('after it was read has its result, in a %s', async (how) => {
    const { after } = meddling(removeB);
    const source = how === 'run' ? files(inbox) : watch(quickly);
    const report = await reported(
      pipeline(source, decode(), after, encode(), save(out)),
      (events) => how === 'watch' && count(events, 'done') === 2,
    );
    expect([report.done, codes(report), readdirSync(out).includes('b.png')]).toEqual([2, [], true]);
  });
});

describe('a file that changes while it is read', () => {
  it.each(['run', 'watch'])('is done as it is in the end, in a %s', async (how) => {
    const { after } = meddling((times) => (times < 3 ? photo('b.png', 5 + times) : undefined));
    const source = how === 'run' ? files(inbox) : watch(quickly);
    const given = () => pipeline(source, decode(), after, encode(), save(out));
    const report = await reported(given(), (events) => how === 'watch' && count(events, 'done') >= 2);
    expect([codes(report), await widthOf('b.png')]).toEqual([[], 7]);
    // What was recorded is the content that it has now.
    const again = await reported(given(), (events) => how === 'watch' && count(events, 'skipped') === 2);
    expect(again).toMatchObject({ done: 0, skipped: 2 });
  });

  it('and never keeps still is told of by a watch, and done when it does', async () => {
    const { after } = meddling((times) => (times < 7 ? photo('b.png', 5 + times) : undefined));
    const report = await reported(
      pipeline(watch(quickly), decode(), after, encode(), save(out)),
      (events) => count(events, 'done') === 2,
    );
    expect([codes(report), await widthOf('b.png')]).toEqual([['b.png file/changing'], 11]);
  });
});
