import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../diagnostics/index.js';
import type { OpContext, SourceBehaviour } from '../../operator/behaviour.js';
import type { FileRef } from '../../ports/index.js';
import { contextFor } from '../../testing/run/context.js';
import { paramsOf, readParams } from '../testing/run.js';
import { watch } from './index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watching-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Written = Exclude<Parameters<typeof watch>[0], string>;
const behaviour = watch.operator.behaviour as unknown as SourceBehaviour<unknown, FileRef>;

const opened = (written: Partial<Written> = {}, more: Partial<OpContext> = {}) =>
  behaviour
    .source(readParams(watch({ in: folder, settle: 0, patience: 0, ...written })), {
      ...contextFor(),
      ...more,
    })
    .open();

/** The first files that come. */
const first = async (count: number, ...place: Parameters<typeof opened>) => {
  const pull = opened(...place);
  const found = [];
  for (let i = 0; i < count; i++) {
    const { value } = await pull.next();
    if (value === undefined || E.isLeft(value)) throw new Error('no file came');
    found.push(value.right);
  }
  await pull.close();
  return found;
};

const put = async (path: string): Promise<void> => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  const image = sharp({ create: { width: 2, height: 2, channels: 3, background: '#888' } });
  writeFileSync(join(folder, path), await image.jpeg().toBuffer());
};

describe.each([
  ['listening', {}],
  ['polling', { poll: 0.1 }],
] as const)('watch, %s', (_, how) => {
  it('gives the photos of a folder, each under a name that is the same every time', async () => {
    await put('x/a.JPG');
    writeFileSync(join(folder, 'notes.txt'), 'no photo');
    const [one] = await first(1, how);
    expect(one?.value).toEqual({ path: join(folder, 'x/a.JPG') });
    // The first six bytes of the SHA-256 of `x/a.JPG`, by sha256sum.
    expect(one?.key).toEqual({ path: 'x/a.JPG', index: 0xd64f7de863ed, epoch: 0 });
  });

  it('gives what fits the patterns alone', async () => {
    writeFileSync(join(folder, 'a.txt'), 'x');
    writeFileSync(join(folder, 'b.raw'), 'x');
    await put('c.jpg');
    const found = await first(2, { ...how, match: ['*.txt', '*.RAW'] });
    expect(found.map(({ key }) => key.path).sort()).toEqual(['a.txt', 'b.raw']);
  });
});

describe('watch', () => {
  it('does not decode what must not be, and takes it all the same when it has kept still', async () => {
    await put('a.jpg');
    const asked: string[] = [];
    const crashGuard: OpContext['crashGuard'] = (path) => {
      asked.push(path);
      return T.of(O.none);
    };
    const [one] = await first(1, {}, { crashGuard });
    expect([one?.key.path, asked]).toEqual(['a.jpg', ['a.jpg']]);
  });

  it('gives files by what they are, and tells once of those that are left out', async () => {
    await put('a.jpg');
    renameSync(join(folder, 'a.jpg'), join(folder, 'a.HEIC'));
    writeFileSync(join(folder, 'b.HEIC'), '\0\0\0\x14ftypqt  \0\0\0\0qt  ');
    const told: (readonly [string, Diagnostic])[] = [];
    const pull = opened(
      { poll: 0.1, patience: 0.1 },
      { warn: (key, what) => () => void told.push([key.path, what]) },
    );
    expect(await pull.next()).toMatchObject({ value: { right: { key: { path: 'a.HEIC' } } } });
    await put('c.jpg');
    await pull.next();
    await put('d.jpg');
    // What comes is found by another look, which sees that file again.
    await pull.next();
    await pull.close();
    expect(told).toMatchObject([
      [
        'b.HEIC',
        {
          code: 'file/left-out',
          severity: 'warning',
          message: 'b.HEIC is left out: video (MP4 or QuickTime).',
        },
      ],
    ]);
  });

  it('watches folders, also such as are not there yet, but no file', async () => {
    const file = join(folder, 'a.jpg');
    await put('a.jpg');
    await expect(opened({ in: file }).next()).rejects.toMatchObject({
      diagnostics: [{ code: 'file/missing', message: `${file} is a file; a folder can be watched.` }],
    });
    const later = opened({ in: join(folder, 'later'), poll: 0.1 });
    const coming = later.next();
    await put('later/b.jpg');
    expect((await coming).value).toMatchObject(E.right({ key: { path: 'b.jpg' } }));
    await later.close();
  });

  it('says that it goes on for ever, and waits', () => {
    expect([behaviour.endless?.({}), behaviour.live?.({})]).toEqual([true, true]);
  });

  it('takes patterns that can be meant, and waits that can be waited', () => {
    const refused = (written: Partial<Written>) => E.isLeft(paramsOf(watch({ in: folder, ...written })));
    expect(readParams(watch(folder))).toMatchObject({ in: folder, settle: 0.25, patience: 5 });
    expect([{ poll: 0 }, { settle: -1 }, { patience: -1 }, { match: ['../*'] }].map(refused)).toEqual(
      Array(4).fill(true),
    );
  });
});
