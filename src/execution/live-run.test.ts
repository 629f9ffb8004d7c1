import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, encode, files, save, watch } from '../ops/index.js';
import { type Pipeline, pipeline } from '../pipelines/code.js';
import { analyse } from '../pipelines/compile.js';
import { compile } from './compile.js';
import type { PipelineEvent, Report } from './run.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-live-'));
const inbox = join(folder, 'inbox');
const outbox = join(folder, 'outbox');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(inbox, { recursive: true });
  await photo('a.png');
});

const photo = (name: string, width = 4): Promise<unknown> =>
  sharp({ create: { width, height: 3, channels: 3, background: '#369' } }).toFile(join(inbox, name));

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/** Runs until `isSo` holds, then lets it finish. */
const runUntil = async (
  given: Pipeline,
  isSo: (events: readonly PipelineEvent[]) => boolean,
): Promise<{ readonly report: Report; readonly events: readonly PipelineEvent[] }> => {
  const finish = new AbortController();
  const events: PipelineEvent[] = [];
  const ended = run(given, {
    finish: finish.signal,
    observe: (event) => {
      events.push(event);
      if (isSo(events)) finish.abort();
    },
  })();
  return { report: right(await ended), events };
};

const count = (events: readonly PipelineEvent[], kind: PipelineEvent['kind']): number =>
  events.filter((event) => event.kind === kind).length;

const live = (to = outbox) =>
  pipeline(watch({ in: inbox, settle: 0.05, patience: 0.3 }), decode(), encode(), save(to));

describe('a pipeline that waits for files', () => {
  it('does what comes, skips it after a restart, and shares its records with a run', async () => {
    setTimeout(() => void photo('b.png', 5), 200);
    const first = await runUntil(live(), (events) => count(events, 'done') === 2);
    expect(first.report).toMatchObject({ done: 2, failed: [], end: { kind: 'complete' } });
    const second = await runUntil(live(), (events) => count(events, 'skipped') === 2);
    expect(second.report).toMatchObject({ done: 0, skipped: 2 });
    const bulk = right(await run(pipeline(files(inbox), decode(), encode(), save(outbox)))());
    expect(bulk).toMatchObject({ done: 0, skipped: 2 });
  });

  it('leaves what was done as it is when its result is fetched; a run makes it again', async () => {
    await runUntil(live(), (events) => count(events, 'done') === 1);
    rmSync(join(outbox, 'a.png'));
    await runUntil(live(), (events) => count(events, 'skipped') === 1);
    expect(existsSync(join(outbox, 'a.png'))).toBe(false);
    expect(right(await run(pipeline(files(inbox), decode(), encode(), save(outbox)))()).done).toBe(1);
  });

  it('makes no circle when results go into the folder that is watched', async () => {
    for (const to of [join(inbox, 'done'), `${inbox}/{name}-edited.{ext}`]) {
      setTimeout(() => void photo('b.png', 5), 300);
      setTimeout(() => void photo('c.png', 6), 900);
      const { report } = await runUntil(live(to), (events) => count(events, 'done') === 3);
      expect(report).toMatchObject({ done: 3, skipped: 0, failed: [] });
      for (const name of ['b.png', 'c.png', 'done'])
        rmSync(join(inbox, name), { recursive: true, force: true });
    }
    expect(readdirSync(inbox).filter((name) => name.includes('edited-edited'))).toEqual([]);
  });

  it('sets aside what fails, does it when it has changed, and does not try it in vain', async () => {
    writeFileSync(join(inbox, 'bad.png'), 'no picture');
    const first = await runUntil(live(), (events) => count(events, 'failed') === 1);
    expect(first.report.failed[0]?.diagnostics[0].code).toBe('image/unsupported-format');
    const second = await runUntil(live(), (events) => count(events, 'quarantined') === 1);
    expect(second.report.failed).toEqual([]);
    setTimeout(() => void photo('bad.png'), 200);
    await runUntil(live(), (events) => count(events, 'done') === 1);
    expect(existsSync(join(outbox, 'bad.png'))).toBe(true);
  });

  it('refuses what would be written over another result or its own source', async () => {
    mkdirSync(join(inbox, 'sub'));
    copyFileSync(join(inbox, 'a.png'), join(inbox, 'sub/a.png'));
    const flat = await runUntil(live(`${outbox}/{name}.{ext}`), (events) => count(events, 'failed') === 1);
    expect(flat.report.failed[0]?.diagnostics[0].code).toBe('file/same-output');
    const own = await runUntil(live(inbox), (events) => count(events, 'failed') === 2);
    expect(own.report.failed.map(({ diagnostics }) => diagnostics[0].code)).toEqual([
      'file/over-source',
      'file/over-source',
    ]);
  });

  it('waits while nothing can be written, and goes on when it can', async () => {
    // A file stands where the folder should be.
    mkdirSync(outbox);
    writeFileSync(join(outbox, 'sub'), '');
    mkdirSync(join(inbox, 'sub'));
    copyFileSync(join(inbox, 'a.png'), join(inbox, 'sub/b.png'));
    let waited = 0;
    const { report } = await runUntil(live(), (events) => {
      if (count(events, 'waiting') > waited) {
        waited++;
        if (waited === 2) rmSync(join(outbox, 'sub'));
      }
      return count(events, 'done') === 2;
    });
    expect([report.done, waited]).toEqual([2, 2]);
  });

  it('finishes what it has begun when it is told to stop', async () => {
    for (let i = 0; i < 20; i++) await photo(`${i}.png`, 300);
    const { report } = await runUntil(live(), (events) => count(events, 'done') === 1);
    const results = readdirSync(outbox).filter((name) => name.endsWith('.png'));
    expect(report.end.kind).toBe('complete');
    expect(results).toHaveLength(report.done);
    expect(readdirSync(outbox).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('asLive', () => {
  const text = (first: string): string => `version: 1
streams: { all: [${first}] }
steps: [all, decode, encode, { save: out }]
`;
  const path = join(folder, 'p.yaml');

  it('puts `watch` in the place of `files`, also at the beginning of a stream', async () => {
    for (const yaml of [
      text('{ files: { in: inbox, match: "*.png", shuffle: true } }'),
      'version: 1\nsteps: [{ files: { in: inbox, match: "*.png" } }, decode, encode, { save: out }]\n',
    ]) {
      const graph = right(await analyse({ path, text: yaml }, { live: { poll: 2 } })());
      expect(graph.nodes[0]?.operator.name).toBe('watch');
      expect(graph.nodes[0]?.written).toMatchObject({ in: inbox, match: ['*.png'], poll: 2 });
    }
    const watching = 'version: 1\nsteps: [{ watch: inbox }, decode, encode, { save: out }]\n';
    const plan = right(await compile({ path, text: watching }, { live: {} })());
    expect(plan.bulk?.live).toBe(true);
  });

  it('refuses what begins with anything else', async () => {
    const yaml = 'version: 1\nsteps: [decode]\n';
    expect(await analyse({ path, text: yaml }, { live: {} })()).toMatchObject({
      left: [{ code: 'watch/not-live' }],
    });
  });
});
