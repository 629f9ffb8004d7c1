import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { Room } from '../store/usage.js';
import { receive } from './receive.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-receive-'));
afterAll(() => rmSync(folder, { recursive: true }));
const room: Pick<Room, 'take'> = { take: () => E.right(() => undefined) };
const full: Pick<Room, 'take'> = { take: () => E.left([failure('store/full', 'no room')]) };

const limits = { bytes: 100, silence: 60_000, upload: 60_000 };
let files = 0;
const place = (): string => join(folder, `in${files++}`);

describe('an upload', () => {
  it('is refused where there is no room for it', async () => {
    const file = place();
    expect(await receive(Readable.from([Buffer.from('a')]), file, limits, full)).toMatchObject({
      left: [{ code: 'store/full' }],
    });
    expect(existsSync(file)).toBe(false);
  });

  it('is written as it comes', async () => {
    const file = place();
    expect(
      await receive(Readable.from([Buffer.from('ab'), Buffer.from('c')]), file, limits, room),
    ).toMatchObject({
      right: 3,
    });
    expect(readFileSync(file, 'utf8')).toBe('abc');
  });

  it.each([
    ['too large', () => Readable.from([Buffer.alloc(60), Buffer.alloc(60)]), {}, 'serve/too-large'],
    ['silent', () => new PassThrough(), { silence: 30 }, 'serve/upload'],
    [
      'slow',
      () =>
        Readable.from(
          (async function* () {
            for (;;) {
              yield Buffer.alloc(1);
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          })(),
        ),
      { upload: 60 },
      'serve/upload',
    ],
    [
      'cut off',
      () => {
        const body = new PassThrough();
        body.write('half');
        setTimeout(() => body.destroy(new Error('aborted')), 10);
        return body;
      },
      {},
      'serve/upload',
    ],
  ] as const)('that is %s leaves nothing', async (_, body, more, code) => {
    const file = place();
    expect(await receive(body(), file, { ...limits, ...more }, room)).toMatchObject({ left: [{ code }] });
    expect(existsSync(file)).toBe(false);
  });

  it('replaces no file', async () => {
    const file = place();
    await receive(Readable.from([Buffer.from('a')]), file, limits, room);
    expect(await receive(Readable.from([Buffer.from('b')]), file, limits, room)).toMatchObject({
      left: [{}],
    });
  });
});
