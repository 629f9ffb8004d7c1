import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { receiptIn } from '../../image/index.js';
import type { MapBehaviour, OpContext } from '../../operator/behaviour.js';
import type { Encoded, Frame, Json } from '../../ports/index.js';
import { contextFor } from '../../testing/run/context.js';
import { decode } from '../decode/index.js';
import { frameFrom } from '../testing/frames.js';
import { firstKey, paramsOf, readParams, runMap } from '../testing/run.js';
import { encode } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-encode-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('encode', () => {
  const photo = frameFrom({ width: 8, height: 8 }, (x, y) => (x + y) / 16);
  type Written = Exclude<NonNullable<Parameters<typeof encode>[0]>, string>;
  const encodedWith = async (params: Written, context: Partial<OpContext> = {}, value = photo) => {
    const warnings: string[] = [];
    const { map } = encode.operator.behaviour as unknown as MapBehaviour<unknown, Frame, Encoded, undefined>;
    const tools = { ...contextFor({ warned: (message) => void warnings.push(message) }), ...context };
    const run = map(readParams(encode(params)), tools, undefined);
    const made = await run({ key: firstKey, value }, new AbortController().signal)();
    if (E.isLeft(made)) throw new Error(made.left[0].message);
    return { ...made.right, warnings };
  };

  it.each([
    ['jpeg', 'jpg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['avif', 'avif'],
    ['tiff', 'tif'],
    ['gif', 'gif'],
  ] as const)('writes %s, in files that end in .%s', async (format, extension) => {
    const made = await encodedWith({ format });
    expect(made).toMatchObject({ format, extension, warnings: [] });
    const read = (await sharp(made.bytes).metadata()).format;
    expect(read).toBe(format === 'avif' ? 'heif' : format);
    const params = readParams(encode(format)) as never;
    expect(encode.operator.facts.extension?.(params, 'a.jpg')).toBe(extension);
  });

  it('writes the metadata that were chosen, and signs the file all the same', async () => {
    const words = (bytes: Uint8Array): readonly boolean[] =>
      ['Olga', 'Anna'].map((word) => Buffer.from(bytes).includes(word));
    const xmp = new TextEncoder().encode(
      '<rdf:RDF><rdf:Description aux:OwnerName="Olga" photoshop:Credit="Anna"/></rdf:RDF>',
    );
    const named: Frame = { ...photo, metadata: { ...photo.metadata, xmp } };
    const of = (params: Written) =>
      encodedWith({ format: 'png', receipt: 'xmp', ...params }, { receipt: () => () => ({ a: 1 }) }, named);
    expect(words((await of({})).bytes)).toEqual([true, true]);
    expect(words((await of({ metadata: { strip: 'owner' } })).bytes)).toEqual([false, true]);
    const bare = await of({ metadata: { keep: [] } });
    expect(words(bare.bytes)).toEqual([false, false]);
    expect(receiptIn((await sharp(bare.bytes).metadata()).xmp ?? new Uint8Array(0))).toBe('{"a":1}');
  });

  it('keeps the extension where it keeps the format', async () => {
    const path = join(folder, 'photo.jpg');
    writeFileSync(path, (await encodedWith({ format: 'jpeg' })).bytes);
    const read = await runMap<Frame>(decode(), { path });
    if (E.isLeft(read)) throw new Error(read.left[0].message);
    const made = await encodedWith({}, {}, read.right);
    expect(made.format).toBe('jpeg');
    expect(Object.keys(made)).not.toContain('extension');
    expect(encode.operator.facts.extension?.(readParams(encode()) as never, 'a.jpg')).toBeUndefined();
  });

  it('refuses what a format cannot do, in its own words', () => {
    for (const params of [
      { format: 'png', quality: 50 },
      { format: 'jpeg', depth: 16 },
    ] as const) {
      const read = paramsOf(encode(params));
      const [message = ''] = E.isLeft(read) ? read.left : [];
      expect(message).toMatch(/^cannot do that: .*[^.]$/);
    }
    expect(E.isRight(paramsOf(encode({ format: 'jpeg', quality: 50 })))).toBe(true);
    // A folder holds many formats: what one of them does not know is without effect.
    expect(E.isRight(paramsOf(encode({ quality: 50 })))).toBe(true);
  });

  it('signs with what is known of how a picture was made, in ASCII', async () => {
    const told: Json = { step: 'crop', name: 'é→\u007f' };
    const receipt = () => () => told;
    const signed = await encodedWith({ format: 'jpeg', receipt: 'xmp' }, { receipt });
    expect(signed.warnings).toEqual([]);
    const { xmp } = await sharp(signed.bytes).metadata();
    expect(receiptIn(xmp!)).toBe('{"step":"crop","name":"\\u00e9\\u2192\\u007f"}');
    const plain = await encodedWith({ format: 'jpeg' }, { receipt });
    expect((await sharp(plain.bytes).metadata()).xmp).toBeUndefined();
    const none = await encodedWith({ format: 'jpeg', receipt: 'xmp' });
    expect(none.warnings).toEqual([
      'The file gets no receipt: this run keeps none, its XMP cannot be read, or is too long for JPEG with it.',
    ]);
    const xmpOf = (title: string) => ({
      ...photo,
      metadata: {
        ...photo.metadata,
        xmp: new TextEncoder().encode(`<rdf:RDF><rdf:Description dc:title="${title}"/></rdf:RDF>`),
      },
    });
    const long = await encodedWith(
      { format: 'jpeg', receipt: 'xmp' },
      { receipt },
      xmpOf('x'.repeat(65_300)),
    );
    expect(long.warnings).toEqual(none.warnings);
    // Nothing of what the photo brought is lost for the sake of a receipt.
    expect((await sharp(long.bytes).metadata()).xmp?.length).toBeGreaterThan(65_300);
    const embedsReceipt = (params: Written) =>
      encode.operator.facts.embedsReceipt?.(readParams(encode(params)) as never);
    expect([embedsReceipt({ receipt: 'xmp' }), embedsReceipt({})]).toEqual([true, false]);
  });
});
