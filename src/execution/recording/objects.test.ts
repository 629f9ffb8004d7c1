import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import { pathOfPlace } from '../../disk/objects/address.js';
import { fetchBytes } from '../../disk/objects/fetching.js';
import {
  KEY_ID,
  SECRET,
  startStore,
  type TestStore,
  withEnvironment,
} from '../../disk/objects/testing/store.js';
import { journalPath } from '../../records/journal/journal.js';
import { compile } from '../compile.js';
import { type PipelineEvent, type Report, runPlan } from '../run.js';
import { entriesIn } from '../testing/entries-in.js';

let store: TestStore;
let restore: () => void;
const folder = mkdtempSync(join(tmpdir(), 'prismflow-s3-run-'));
const photo = (seed: number): Promise<Buffer> =>
  sharp({
    create: {
      width: 90,
      height: 60,
      channels: 3,
      background: '#345',
      noise: { type: 'gaussian', mean: 20 * seed, sigma: 30 },
    },
  })
    .jpeg()
    .toBuffer();

beforeAll(async () => {
  store = await startStore('camera', 'out');
  restore = withEnvironment(store.environment);
  mkdirSync(join(folder, 'photos', 'sub'), { recursive: true });
  for (const [i, name] of ['a.jpg', 'b.jpg', 'sub/c.jpg'].entries()) {
    const bytes = await photo(i);
    writeFileSync(join(folder, 'photos', name), bytes);
    await store.put('camera', `set/${name}`, bytes);
  }
});
afterAll(async () => {
  restore();
  await store.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => store.fault(undefined));

const yaml = (from: string, to: string, source = 'files'): string =>
  `version: 1\nsteps:\n- ${source}: ${from}\n- decode\n- adjust: { exposure: 0.4 }\n- encode: { quality: 90 }\n- save: ${to}\n`;

const right = <A>(either: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

const planOf = (text: string, allow: readonly string[] = ['s3://camera', 's3://out']) =>
  compile({ path: join(folder, 'p.yaml'), text }, { plugins: 'refuse', allow, folder });

interface Ran extends Report {
  readonly codes: readonly string[];
  readonly events: readonly PipelineEvent[];
}

const run = async (
  text: string,
  options: { signal?: AbortSignal; finish?: AbortSignal; seen?: (event: PipelineEvent) => void } = {},
): Promise<Ran> => {
  const { seen, ...given } = options;
  const events: PipelineEvent[] = [];
  const plan = right(await planOf(text)());
  const observe = (event: PipelineEvent): void => {
    events.push(event);
    seen?.(event);
  };
  const report = right(await runPlan(plan, { jobs: 2, ...given, observe })());
  return { ...report, codes: report.failed.map(({ diagnostics }) => diagnostics[0].code), events };
};

const objectAt = async (key: string, bucket = 'out'): Promise<Uint8Array> => {
  const fetched = await fetchBytes({ bucket, key }, { most: 1e7 });
  if (fetched === 'changed') throw new Error('changed');
  return fetched.bytes;
};

describe('a run on objects', () => {
  it('gives the bytes and the records of a run on files, and does nothing twice', async () => {
    const local = await run(yaml('photos', 'edited'));
    const remote = await run(yaml('s3://camera/set', 's3://out/edited'));
    expect([local.done, remote.done, remote.codes]).toEqual([3, 3, []]);
    for (const name of ['a.jpg', 'b.jpg', 'sub/c.jpg'])
      expect(
        Buffer.compare(await objectAt(`edited/${name}`), readFileSync(join(folder, 'edited', name))),
      ).toBe(0);
    const records = pathOfPlace({ bucket: 'out', key: 'edited' });
    const about = async (place: string) =>
      (await entriesIn(place))
        .flatMap((entry) => ('kind' in entry && entry.kind === 'done' ? [entry] : []))
        .map(({ source, sourceDigest, output, outputDigest, outputSize, index, epoch }) => ({
          source,
          sourceDigest,
          output,
          outputDigest,
          outputSize,
          index,
          epoch,
        }))
        .sort((a, b) => (a.output < b.output ? -1 : 1));
    expect(await about(records)).toEqual(await about(join(folder, 'edited')));
    store.requests.splice(0);
    expect(await run(yaml('s3://camera/set', 's3://out/edited'))).toMatchObject({ done: 0, skipped: 3 });
    expect(store.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    const text = readFileSync(journalPath(records), 'utf8');
    expect(text).toContain('s3://camera/set/sub/c.jpg');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(KEY_ID);
    expect(readdirSync(join(records, '.prismflow', 'objects'))).toEqual([]);
  });

  it('goes between the disk and a store', async () => {
    expect(await run(yaml('photos', 's3://out/up/{name}-{index}.{ext}'))).toMatchObject({ done: 3 });
    expect(await run(yaml('s3://camera/set', 'down'))).toMatchObject({ done: 3 });
    expect(
      Buffer.compare(await objectAt('up/c-2.jpg'), readFileSync(join(folder, 'down', 'sub', 'c.jpg'))),
    ).toBe(0);
  });

  it('does again what was changed on either side, and writes over nothing that is not its own', async () => {
    await run(yaml('s3://camera/set', 's3://out/again'));
    await store.put('camera', 'set/a.jpg', await photo(7));
    await store.put('out', 'again/b.jpg', 'somebody else');
    const ran = await run(yaml('s3://camera/set', 's3://out/again'));
    expect([ran.done, ran.skipped, ran.codes]).toEqual([1, 1, ['file/changed']]);
    expect(Buffer.from(await objectAt('again/b.jpg')).toString()).toBe('somebody else');
    await store.put('out', 'taken/a.jpg', 'mine');
    expect((await run(yaml('s3://camera/set', 's3://out/taken'))).codes).toEqual(['file/exists']);
  });

  it('takes no key that is no path, and says so', async () => {
    const good = await photo(1);
    for (const key of [
      '../up.jpg',
      'a//b.jpg',
      'x/../y.jpg',
      'bell\u0007.jpg',
      'back\\slash.jpg',
      '.hidden/a.jpg',
      'notes.txt',
      'folder/',
    ])
      await store.put('camera', `hostile/${key}`, good).catch(() => undefined);
    await store.put('camera', 'hostile/fine.jpg', good);
    const plan = right(await planOf(yaml('s3://camera/hostile', 'fine'))());
    expect(plan.bulk?.items).toBe(1);
    expect(plan.warnings.map(({ message }) => message).join()).toMatch(/a key|no picture/);
    expect(await run(yaml('s3://camera/hostile', 'fine'))).toMatchObject({ done: 1 });
    expect(readdirSync(join(folder, 'fine'))).toEqual(['.prismflow', 'fine.jpg']);
    expect(readdirSync(folder).sort()).not.toContain('up.jpg');
  });

  it('works on one version of an object that changes meanwhile', async () => {
    const [first, second] = [await photo(11), await photo(12)];
    await store.put('camera', 'moving/a.jpg', first);
    let changes = 1;
    store.fault(({ method, path }) => {
      if (method === 'GET' && path.includes('/moving/a.jpg') && changes-- > 0) {
        void store.put('camera', 'moving/a.jpg', second);
        return { kind: 'answer', status: 412, code: 'PreconditionFailed' };
      }
      return undefined;
    });
    expect(await run(yaml('s3://camera/moving', 'moving'))).toMatchObject({ done: 1, codes: [] });
    store.fault(undefined);
    const [entry] = (await entriesIn(join(folder, 'moving'))).filter(
      (each) => 'kind' in each && each.kind === 'done',
    );
    expect(entry).toMatchObject({ sourceSize: second.length });
  });

  it('sets a photo aside that is damaged on its way, and tries it the next time', async () => {
    await store.put('camera', 'lies/a.jpg', await photo(3));
    store.fault(({ method, path }) =>
      method === 'GET' && path.includes('/lies/a.jpg') ? { kind: 'cut' } : undefined,
    );
    expect((await run(yaml('s3://camera/lies', 'lies'))).codes).toEqual(['s3/damaged']);
    store.fault(undefined);
    expect(await run(yaml('s3://camera/lies', 'lies'))).toMatchObject({ done: 1 });
  });

  it('watches by listing again and again', async () => {
    await store.put('camera', 'drop/a.jpg', await photo(4));
    const finish = new AbortController();
    let done = 0;
    const text = `version: 1\nsteps:\n- watch: { in: s3://camera/drop, poll: 0.1 }\n- decode\n- encode\n- save: s3://out/watched\n`;
    const ran = await run(text, {
      finish: finish.signal,
      seen: ({ kind }) => {
        if (kind !== 'done') return;
        done++;
        if (done === 1) void photo(5).then((bytes) => store.put('camera', 'drop/b.jpg', bytes));
        if (done === 2) finish.abort();
      },
    });
    expect(ran).toMatchObject({ done: 2, codes: [] });
    expect((await objectAt('watched/b.jpg')).length).toBeGreaterThan(100);
  });
});

describe('what a pipeline’s file may not', () => {
  const codesOf = async (text: string, allow: readonly string[], set = {}): Promise<readonly string[]> => {
    const plan = await compile(
      { path: join(folder, 'p.yaml'), text },
      { plugins: 'refuse', allow, set, folder },
    )();
    return E.isLeft(plan) ? plan.left.map(({ code }) => code) : [];
  };

  it('reach a store that the user has not named', async () => {
    store.requests.splice(0);
    expect(await codesOf(yaml('s3://camera/set', 's3://out/x'), [])).toEqual([
      'pipeline/network',
      'pipeline/network',
    ]);
    expect(await codesOf(yaml('photos', 's3://out/x/{name}.jpg'), ['s3://out/other'])).toEqual([
      'pipeline/network',
    ]);
    expect(store.requests).toEqual([]);
    expect(await codesOf(yaml('photos', 's3://out/x'), ['s3://out/x'])).toEqual([]);
    const asked =
      'version: 1\nparams: { to: { type: path } }\nsteps:\n- files: photos\n- decode\n- encode\n- save: $to\n';
    expect(await codesOf(asked, [], { to: 's3://out/y' })).toEqual([]);
  });

  it('have objects where files belong, or addresses that are none', async () => {
    const lut =
      'version: 1\nsteps:\n- files: photos\n- decode\n- lut: s3://camera/look.cube\n- encode\n- save: edited\n';
    expect(await codesOf(lut, ['s3://camera'])).toEqual(['s3/not-here']);
    expect(await codesOf(yaml('s3://camera//x', 'edited'), ['s3://camera'])).toEqual(['value/invalid']);
    expect(await codesOf(yaml('photos', '"s3://UP/x"'), ['s3://camera'])).toEqual(['value/invalid']);
    const times =
      'version: 1\nsteps:\n- files: photos\n- decode\n- encode\n- save: { to: s3://out/t, times: keep }\n';
    expect(await codesOf(times, ['s3://out'])).toEqual(['value/invalid']);
  });
});
