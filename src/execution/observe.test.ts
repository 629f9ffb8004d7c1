import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { filter, lastValueFrom, map, take, toArray } from 'rxjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, files, resize } from '../ops/index.js';
import { pipeline } from '../pipelines/code.js';
import { type Observed, observe } from './observe.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-observe-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  const png = await sharp({ create: { width: 6, height: 4, channels: 3, background: '#456' } })
    .png()
    .toBuffer();
  for (let i = 0; i < 40; i++) writeFileSync(join(folder, `photos/${String(i).padStart(2, '0')}.png`), png);
  writeFileSync(join(folder, 'photos/40.png'), 'no picture');
});

const small = () => pipeline(files(join(folder, 'photos')), decode(), resize({ longest: 3 }));

const isResult = <E extends { readonly kind: string }>(event: E): event is Extract<E, { kind: 'result' }> =>
  event.kind === 'result';

const openPhotos = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });

describe('observe', () => {
  it('gives results, failures and the end, and completes', async () => {
    const events = await lastValueFrom(observe(small()).pipe(toArray()));
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.at(0)).toBe('started');
    expect(kinds.at(-1)).toBe('finished');
    expect(kinds.filter((kind) => kind === 'result')).toHaveLength(40);
    expect(kinds.filter((kind) => kind === 'failed')).toHaveLength(1);
    const sizes = events.filter(isResult).map(({ item }) => [item.value.width, item.value.height]);
    expect(sizes).toEqual(Array.from({ length: 40 }, () => [3, 2]));
  });

  it('is cold, and runs anew for each who subscribes', async () => {
    const paths = observe(small(), { jobs: 3 }).pipe(
      filter(isResult<Observed<ReturnType<typeof small>['output']>>),
      map(({ item }) => item.key.path),
      toArray(),
    );
    expect(await lastValueFrom(paths)).toEqual(await lastValueFrom(paths));
  });

  it('stops within a second when three were taken', async () => {
    const three = await lastValueFrom(
      observe(small(), { jobs: 2 }).pipe(filter(isResult), take(3), toArray()),
    );
    expect(three.map((event) => event.item.key.index)).toEqual([0, 1, 2]);
    const start = performance.now();
    while (openPhotos().length > 0 && performance.now() - start < 1000) await pause(20);
    expect(openPhotos()).toEqual([]);
  });

  it('says why a pipeline cannot run', async () => {
    const missing = observe(pipeline(files(join(folder, 'nowhere')), decode()));
    await expect(lastValueFrom(missing)).rejects.toMatchObject({ diagnostics: [{ code: 'file/missing' }] });
  });
});
