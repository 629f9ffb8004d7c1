import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReceipt } from '../../records/receipts/receipt.js';
import { compile } from '../compile.js';
import { runPlan } from '../run.js';
import { createEditor, type Editor, type EditStep } from './editor.js';
import { createCatalogue, offersOf, shippedOffers } from './offers.js';

/** The editing process itself, from dist, beside `pipe run`. */

const folder = mkdtempSync(join(tmpdir(), 'prismflow-editing-'));
const text = `
version: 1
pipelines:
  small:
    params:
      size: { type: integer, default: 40, min: 8, max: 100 }
      light: { type: number, default: 0.3 }
    steps:
      - files: photos
      - decode
      - resize: { longest: $size }
      - adjust: { exposure: $light }
      - encode: { like: source, receipt: xmp }
      - save: small/{path}
  sunset:
    params:
      strength: { type: number, default: 1, min: 0, max: 1 }
    steps:
      - files: photos
      - decode
      - ensemble.average: { models: "prismflow:sunset", strength: $strength }
      - encode: { like: source, receipt: xmp }
      - save: sunset/{path}
`;
const file = { path: join(folder, 'pipelines.yaml'), shown: 'pipelines.yaml', text };
const photos = ['a.jpg', 'b.png', 'c.tif'] as const;
let editor: Editor;

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  writeFileSync(file.path, text);
  const noise = Uint16Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * 7919) % 65536);
  const picture = sharp(noise, { raw: { width: 64, height: 48, channels: 3 } });
  await picture.clone().jpeg({ quality: 95 }).toFile(join(folder, 'photos/a.jpg'));
  await picture.clone().toColourspace('rgb16').png().toFile(join(folder, 'photos/b.png'));
  await picture.clone().tiff({ compression: 'none' }).toFile(join(folder, 'photos/c.tif'));
  const catalogue = createCatalogue([...right(await offersOf(file, 'file')()), ...(await shippedOffers())]);
  editor = createEditor({
    catalogue,
    folder,
    engine: 'cpu',
    memory: 2 ** 30,
    jobs: 1,
    certify: false,
    maxPixels: 5000,
  });
}, 60_000);
afterAll(async () => {
  await editor.close(0);
  rmSync(folder, { recursive: true });
});

const step = (pipeline: string, parameters: EditStep['parameters'] = {}): EditStep => ({
  pipeline,
  parameters,
});
const edit = (photo: string, first: EditStep, ...others: EditStep[]) =>
  editor.edit({
    edits: [first, ...others],
    photo: join(folder, 'photos', photo),
    name: photo,
    to: join(folder, `made-${photo}`),
    // Of the folder, as it is listed.
    index: Math.max(0, photos.indexOf(photo as 'a.jpg')),
    priority: 'edit',
  })();

describe('the editing process', () => {
  it.each([
    ['small', { size: 24, light: -0.5 }],
    ['sunset', { strength: 0.6 }],
  ] as const)(
    'makes of every photo what a run of %s makes, byte for byte',
    async (pipeline, parameters) => {
      const set = Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      );
      const plan = right(await compile(file, { pipeline, set, folder })());
      expect(right(await runPlan(plan, { engine: 'cpu', memory: 2 ** 30 })())).toMatchObject({
        done: 3,
        failed: [],
      });
      for (const photo of photos) {
        const made = right(await edit(photo, step(pipeline, parameters)));
        const written = readFileSync(join(folder, pipeline, photo));
        expect([photo, readFileSync(join(folder, `made-${photo}`)).equals(written)]).toEqual([photo, true]);
        const {
          folder: _,
          from: __,
          input: ___,
          at: ____,
          ...kept
        } = right(await findReceipt(join(folder, pipeline, photo))());
        const { id: _____, memory: ______, ...receipt } = made.receipt as Readonly<Record<string, unknown>>;
        const { memory: _______, outputDigest, ...recorded } = kept;
        expect({ notes: {}, ...receipt }).toEqual(recorded);
        expect(made).toMatchObject({ digest: outputDigest, bytes: written.length, warnings: [] });
      }
    },
    120_000,
  );

  it('puts edits together, in another format, and shows them small', async () => {
    const request = {
      edits: [step('small'), step('sunset')] as const,
      photo: join(folder, 'photos/b.png'),
      name: 'b.png',
    };
    const to = join(folder, 'chained');
    const made = right(await editor.edit({ ...request, to, format: 'jpeg', priority: 'edit' })());
    expect(made).toMatchObject({ type: 'image/jpeg', extension: 'jpg', width: 40, height: 30 });
    expect((await sharp(readFileSync(to)).metadata()).format).toBe('jpeg');
    const seen = right(await editor.preview({ ...request, size: 64 })());
    expect(seen).toMatchObject({ type: 'image/jpeg', width: 40, height: 30 });
    const clipped = right(await editor.preview({ ...request, size: 64, overlay: 'clipping' })());
    expect(clipped.type).toBe('image/png');
    const trust = right(await editor.preview({ ...request, size: 64, overlay: 'trust' })());
    expect(trust.type).toBe('image/png');
    expect(
      await editor.preview({ ...request, edits: [step('small')], size: 64, overlay: 'trust' })(),
    ).toMatchObject({
      left: [{ code: 'serve/request' }],
    });
  }, 120_000);

  it('tells what a photo is', async () => {
    expect(right(await editor.inspect(join(folder, 'photos/b.png'), { name: 'b.png' })())).toMatchObject({
      format: 'png',
      type: 'image/png',
      width: 64,
      height: 48,
      depth: 16,
      panorama: false,
    });
  }, 60_000);

  it('refuses with the codes of the language, before it looks at the photo', async () => {
    const codes = async (...edits: [EditStep, ...EditStep[]]) => {
      const made = await edit('a.jpg', ...edits);
      return E.isLeft(made) && made.left[0].code;
    };
    expect(await codes(step('nothing'))).toBe('serve/unknown-pipeline');
    expect(await codes(step('small', { size: '24' }))).toBe('value/type');
    expect(await codes(step('small', { size: 7 }))).toMatch(/^value\//);
    expect(await codes(step('small', { photos: '/etc' }))).toBe('param/unknown');
  });

  it('refuses photos with more pixels than it takes, and what is none', async () => {
    await sharp({ create: { width: 100, height: 60, channels: 3, background: 'red' } })
      .png()
      .toFile(join(folder, 'photos/large.png'));
    expect(await edit('large.png', step('small'))).toMatchObject({
      left: [{ code: 'serve/too-many-pixels' }],
    });
    writeFileSync(join(folder, 'photos/text.jpg'), 'no picture');
    expect(await edit('text.jpg', step('small'))).toMatchObject({
      left: [{ code: 'image/unsupported-format' }],
    });
  }, 60_000);
});
