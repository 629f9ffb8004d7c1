import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Code, DiagnosticError } from '../../diagnostics/index.js';
import {
  isWithinPlace,
  keyFault,
  type ObjectPlace,
  objectUrl,
  pathOfPlace,
  placeOfPath,
  readObjectUrl,
} from './address.js';
import { digestObject, fetchBytes, fetchInto } from './fetching.js';
import { listObjects } from './listing.js';
import { askFor, lookInPages } from './looking.js';
import { ONE_PIECE, putObject, removeObject } from './publishing.js';
import { KEY_ID, SECRET, startStore, type TestStore, withEnvironment } from './testing/store.js';

let store: TestStore;
let restore: () => void;
const folder = mkdtempSync(join(tmpdir(), 'prismflow-objects-'));
beforeAll(async () => {
  store = await startStore('photos', 'other');
  restore = withEnvironment(store.environment);
});
afterAll(async () => {
  restore();
  await store.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => store.requests.splice(0));
afterEach(() => {
  store.fault(undefined);
  store.knowsConditions(true);
});

const at = (key: string, bucket = 'photos'): ObjectPlace => ({ bucket, key });
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const put = (key: string, text: string) => putObject(at(key), bytes(text), 'any');

/** The code that something throws, after a look that no secret is in it. */
const codeOf = async (work: Promise<unknown>): Promise<Code | 'nothing'> => {
  try {
    await work;
    return 'nothing';
  } catch (thrown) {
    if (!(thrown instanceof DiagnosticError)) throw thrown;
    const told = JSON.stringify(thrown.diagnostics.map(({ message, hint }) => [message, hint]));
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(KEY_ID);
    return thrown.diagnostics[0].code;
  }
};

describe('an address of objects', () => {
  it('is a bucket and a prefix', () => {
    expect(readObjectUrl('s3://photos/2026/raw/')).toEqual(E.right(at('2026/raw')));
    expect(readObjectUrl('s3://photos')).toEqual(E.right(at('')));
    expect(objectUrl(at('a/b'))).toBe('s3://photos/a/b');
  });

  it.each([
    's3:photos',
    'S3://photos/a',
    's3://',
    's3://Photos/a',
    's3://photos//a',
    's3://photos/../b',
    's3://a/b',
  ])('is not %s', (written) =>
    expect(readObjectUrl(written)).toMatchObject({ left: [{ code: 's3/address' }] }),
  );

  it('shows no keys that somebody wrote into it', () => {
    const read = readObjectUrl(`s3://${KEY_ID}:${SECRET}@photos/a`);
    expect(read).toMatchObject({ left: [{ code: 's3/address' }] });
    expect(JSON.stringify(read)).not.toContain(SECRET);
  });

  it('has a path of its own on this machine, and back', () => {
    for (const place of [at(''), at('a'), at('a/b c/ä.jpg'), at('a', 'other')])
      expect(placeOfPath(pathOfPlace(place))).toEqual(place);
    expect(placeOfPath('/srv/photos/a.jpg')).toBeUndefined();
    expect(isWithinPlace(at('a'), at('a/b'))).toBe(true);
    expect(isWithinPlace(at('a'), at('ab'))).toBe(false);
  });

  it('never leads out of the bucket’s own folder, whatever the key', () => {
    const top = pathOfPlace(at('top'));
    const part = fc.constantFrom('..', '.', '', 'a', '\\', '\u0000', 'é', 'x'.repeat(300), '\ud800', '‮');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const key = parts.join('/');
        if (keyFault(key) !== undefined) return;
        expect(pathOfPlace(at(`top/${key}`))).toBe(`${top}/${key}`);
      }),
    );
  });
});

describe('reading', () => {
  it('gives one whole version, with its digest', async () => {
    await put('read/a.jpg', 'content');
    const file = join(folder, 'a');
    const fetched = await fetchInto(at('read/a.jpg'), file, { most: 100 });
    expect(fetched).toMatchObject({ digest: sha256(bytes('content')), look: { size: 7 } });
    expect(readFileSync(file, 'utf8')).toBe('content');
    expect(await digestObject(at('read/a.jpg'), { most: 100 })).toEqual(fetched);
  });

  it('says when the version that is wanted is there no more', async () => {
    const { tag } = await put('read/changing', 'one');
    await put('read/changing', 'two');
    expect(await fetchBytes(at('read/changing'), { most: 100, tag })).toBe('changed');
  });

  it('reads again what breaks off, and gives what comes in the end', async () => {
    await put('read/cut', 'x'.repeat(1000));
    let cuts = 2;
    store.fault(({ method, path }) =>
      method === 'GET' && path.includes('read/cut') && cuts-- > 0 ? { kind: 'cut' } : undefined,
    );
    expect(await fetchBytes(at('read/cut'), { most: 5000 })).toMatchObject({
      digest: sha256(bytes('x'.repeat(1000))),
    });
    expect(cuts).toBe(-1);
  });

  it('believes no size and no content that are not what the store says of them', async () => {
    await put('read/lies', 'content');
    store.fault(({ method }) =>
      method === 'GET' ? { kind: 'change', body: () => Buffer.from('c0ntent') } : undefined,
    );
    expect(await codeOf(fetchBytes(at('read/lies'), { most: 100 }))).toBe('s3/damaged');
    store.fault(({ method }) => (method === 'GET' ? { kind: 'cut' } : undefined));
    expect(await codeOf(fetchBytes(at('read/lies'), { most: 100 }))).toBe('s3/damaged');
    store.fault(undefined);
    expect(await codeOf(fetchBytes(at('read/lies'), { most: 3 }))).toBe('image/file-too-large');
    expect(existsSync(join(folder, 'lies'))).toBe(false);
  });

  it('tells what is missing, forbidden and away apart', async () => {
    expect(await codeOf(fetchBytes(at('read/nowhere'), { most: 9 }))).toBe('s3/missing');
    expect(await askFor(at('read/nowhere'))).toBeUndefined();
    store.fault(() => ({ kind: 'answer', status: 403, code: 'SignatureDoesNotMatch' }));
    expect(await codeOf(fetchBytes(at('read/a.jpg'), { most: 9 }))).toBe('s3/denied');
    expect(await codeOf(askFor(at('read/a.jpg')))).toBe('s3/denied');
    store.fault(() => ({ kind: 'answer', status: 400, code: 'Strange' }));
    expect(await codeOf(askFor(at('read/a.jpg')))).toBe('s3/unreachable');
  });

  it('waits for a store that asks to be slower', async () => {
    let slow = 2;
    store.fault(() => (slow-- > 0 ? { kind: 'answer', status: 503, code: 'SlowDown' } : undefined));
    expect(await askFor(at('read/a.jpg'))).toMatchObject({ size: 7 });
  });
});

describe('writing', () => {
  it('writes over none but the version that was seen', async () => {
    const first = await putObject(at('write/a'), bytes('one'), 'none');
    expect(await codeOf(putObject(at('write/a'), bytes('two'), 'none'))).toBe('file/exists');
    const second = await putObject(at('write/a'), bytes('two'), { tag: first.tag });
    expect(await codeOf(putObject(at('write/a'), bytes('three'), { tag: first.tag }))).toBe('file/exists');
    expect(await fetchBytes(at('write/a'), { most: 9 })).toMatchObject({ digest: sha256(bytes('two')) });
    expect(await askFor(at('write/a'))).toMatchObject({ tag: second.tag, said: sha256(bytes('two')) });
  });

  it('takes its own for its own, when the answer to the first request was lost', async () => {
    let lose = 1;
    store.fault(({ method }) => (method === 'PUT' && lose-- > 0 ? { kind: 'lost' } : undefined));
    expect(await putObject(at('write/lost'), bytes('once'), 'none')).toMatchObject({ size: 4 });
    expect(store.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2);
  });

  it('writes where conditions are not known, after a look', async () => {
    store.knowsConditions(false);
    store.fault(({ method, headers }) =>
      method === 'PUT' && headers['if-none-match'] !== undefined
        ? { kind: 'answer', status: 501, code: 'NotImplemented' }
        : undefined,
    );
    await putObject(at('write/plain'), bytes('one'), 'none');
    expect(await codeOf(putObject(at('write/plain'), bytes('two'), 'none'))).toBe('file/exists');
  });

  it('sends checksums, and what the store says of the content must be true', async () => {
    await putObject(at('write/sums'), bytes('content'), 'any');
    const headers = store.requests.find(({ method }) => method === 'PUT')?.headers ?? {};
    expect(headers['content-md5']).toBe(createHash('md5').update('content').digest('base64'));
    expect(headers['x-amz-checksum-sha256']).toBe(createHash('sha256').update('content').digest('base64'));
    store.fault(({ method }) =>
      method === 'PUT' ? { kind: 'change', headers: { etag: '"another"' } } : undefined,
    );
    expect(await codeOf(putObject(at('write/sums'), bytes('content'), 'any'))).toBe('s3/damaged');
  });

  it('sends what is large in pieces, under the same conditions, and leaves none behind', async () => {
    const large = new Uint8Array(ONE_PIECE + 5);
    large.set(randomBytes(1000), ONE_PIECE - 995);
    const look = await putObject(at('write/large'), large, 'none');
    expect(look.size).toBe(large.length);
    expect(store.requests.filter(({ path }) => path.includes('partNumber='))).toHaveLength(9);
    expect(await digestObject(at('write/large'), { most: 2 * ONE_PIECE })).toMatchObject({
      digest: sha256(large),
    });
    store.requests.splice(0);
    large.fill(1);
    expect(await codeOf(putObject(at('write/large'), large, 'none'))).toBe('file/exists');
    expect(store.requests.some(({ method, path }) => method === 'DELETE' && path.includes('uploadId='))).toBe(
      true,
    );
  });

  it('takes away', async () => {
    await put('write/gone', 'x');
    await removeObject(at('write/gone'));
    await removeObject(at('write/gone'));
    expect(await askFor(at('write/gone'))).toBeUndefined();
  });
});

describe('listing', () => {
  const keysOf = async (top: ObjectPlace, most = 1e9): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const { path } of listObjects(top, new AbortController().signal)) {
      keys.push(path);
      if (keys.length === most) break;
    }
    return keys;
  };

  it('goes through pages, each when it is needed', async () => {
    const all = Array.from({ length: 1100 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
    await Promise.all(all.map((key) => store.put('other', key, '')));
    store.requests.splice(0);
    expect(await keysOf(at('many', 'other'), 500)).toHaveLength(500);
    expect(store.requests).toHaveLength(1);
    expect(await keysOf(at('many', 'other'))).toHaveLength(1100);
    expect(store.requests).toHaveLength(3);
    store.requests.splice(0);
    for (let i = 0; i < 1100; i += 7)
      expect(await lookInPages(at(`many/${String(i).padStart(5, '0')}`, 'other'))).toMatchObject({ size: 0 });
    expect(await lookInPages(at('many/00007x', 'other'))).toBeUndefined();
    expect(store.requests.length).toBeLessThan(6);
  });

  it('sees in pages what it wrote itself', async () => {
    expect(await lookInPages(at('seen/a'))).toBeUndefined();
    await put('seen/a', 'x');
    expect(await lookInPages(at('seen/a'))).toMatchObject({ size: 1 });
  });

  it('ends with a store that gives the same page for ever', async () => {
    await put('loop/a', 'x');
    store.fault(({ method, path }) =>
      method === 'GET' && path.includes('list-type=2')
        ? {
            kind: 'change',
            body: (body) =>
              Buffer.from(
                body
                  .toString()
                  .replace(
                    /<IsTruncated>.*?<\/IsTruncated>/,
                    '<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>',
                  ),
              ),
          }
        : undefined,
    );
    expect(await keysOf(at('loop'))).toEqual(['a', 'a']);
  });

  it('tells of a bucket that is not there', async () => {
    expect(await codeOf(keysOf(at('', 'nowhere')))).toBe('s3/missing');
  });
});
