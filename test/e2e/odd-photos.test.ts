import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/image/index.js';
import { samplesOf, toDepth } from '../../src/image/samples/samples.js';
import { ownSamples } from '../../src/image/testing/files.js';
import type { Frame } from '../../src/ports/index.js';

/** Files that break decoders, where they are at hand: fixtures of sharp, PngSuite, and EXIF collections. */
const folder = join(import.meta.dirname, '../../../shared/photos/odd');
const present = existsSync(folder);

const walk = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(path, entry.name)) : [join(path, entry.name)],
  );

const files = present
  ? walk(folder)
      .map((path) => relative(folder, path))
      .sort()
  : [];

/** What has no right picture, and why. */
const refused: Readonly<Record<string, string>> = {
  'sharp/65536-uint32-limit.png': 'image/too-many-pixels',
  'sharp/corrupt-header.jpg': 'image/corrupt',
  'sharp/truncated.jpg': 'image/truncated',
  'sharp/truncated.png': 'image/truncated',
  ...Object.fromEntries(
    ['xc1n0g08', 'xc9n2c08', 'xcrn0g04', 'xcsn0g01', 'xd0n2c08', 'xd3n2c08', 'xd9n2c08', 'xdtn0g01']
      .concat(['xhdn0g08', 'xlfn0g04', 'xs1n0g01', 'xs2n0g01', 'xs4n0g01', 'xs7n0g01'])
      .map((name) => [`pngsuite/${name}.png`, 'image/corrupt']),
  ),
};

const good = files.filter((file) => !(file in refused));

const frameOf = async (file: string): Promise<Frame> => {
  const result = await decode({ path: join(folder, file) })();
  if (result._tag === 'Left') throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right.frame;
};

const eight = ({ samples }: Frame): Uint8Array => toDepth(samples, 'uint8') as Uint8Array;

const meanDifference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

describe.skipIf(!present)('odd photos (../shared/photos/odd)', () => {
  it('are all there', () => {
    expect(files.length).toBeGreaterThan(200);
    for (const file of Object.keys(refused)) expect(files).toContain(file);
  });

  it.each(Object.entries(refused))('%s is refused: %s', async (file, code) => {
    const result = await decode({ path: join(folder, file) })();
    expect(result._tag === 'Left' && result.left.map((diagnostic) => diagnostic.code)).toEqual([code]);
    // The message names the file and gives a reason.
    if (result._tag === 'Left') expect(result.left[0].message).toContain(file);
  });

  it('all others are the pictures that libvips sees, where it sees colours right', async () => {
    for (const file of good) {
      const frame = await frameOf(file);
      // libvips takes no notice of a PNG's gamma, and takes CIELAB for D65.
      if (frame.metadata.colour !== undefined || frame.metadata.model === 'lab') continue;
      const input = sharp(readFileSync(join(folder, file)))
        .autoOrient()
        .removeAlpha();
      const { data, info } = await input
        .toColourspace(frame.channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([file, frame.width, frame.height]).toEqual([file, info.width, info.height]);
      expect([file, meanDifference(eight(frame), data) <= 1]).toEqual([file, true]);
    }
  }, 120_000);

  it('the eight orientations show one picture', async () => {
    const upright = eight(await frameOf('exif_orient/Landscape_1.jpg'));
    for (let i = 0; i <= 8; i++) {
      const frame = await frameOf(`exif_orient/Landscape_${i}.jpg`);
      expect([frame.width, frame.height]).toEqual([1800, 1200]);
      // The number in the middle differs, and so do the artefacts of JPEG.
      expect(meanDifference(eight(frame), upright)).toBeLessThan(6);
    }
  }, 120_000);

  it('PNGs of six gammas show one picture', async () => {
    for (const kind of ['n0g16', 'n2c08', 'n3p04']) {
      const seen = await Promise.all(
        ['03', '05', '07', '10', '25'].map((gamma) => frameOf(`pngsuite/g${gamma}${kind}.png`)),
      );
      const [first] = seen;
      if (first === undefined) throw new Error('There is none.');
      for (const other of seen) expect(meanDifference(eight(other), eight(first))).toBeLessThan(14);
    }
  });

  it('unedited, come back bit for bit where their format allows', async () => {
    for (const file of good.filter((name) => /\.(png|tiff)$/.test(name))) {
      const result = await encode(await frameOf(file), { like: 'source', effort: 1 })();
      if (result._tag === 'Left') throw new Error(`${file}: ${result.left[0].message}`);
      const source = readFileSync(join(folder, file));
      const [before, after] = [await ownSamples(source), await ownSamples(result.right.bytes)];
      expect([file, Buffer.compare(before, after)]).toEqual([file, 0]);
    }
  }, 120_000);

  it('unedited, can all be encoded in their own format and read again', async () => {
    for (const file of good) {
      const frame = await frameOf(file);
      const result = await encode(frame, { like: 'source', effort: 1 })();
      if (result._tag === 'Left') throw new Error(`${file}: ${result.left[0].message}`);
      const again = await decode({ bytes: result.right.bytes, name: file })();
      if (again._tag === 'Left') throw new Error(again.left[0].message);
      const { width, height, metadata } = again.right.frame;
      expect([file, width, height, metadata.format]).toEqual([
        file,
        frame.width,
        frame.height,
        frame.metadata.format,
      ]);
    }
  }, 120_000);

  it('edited, go back into their own format as well', async () => {
    for (const file of good.filter((name) => /^sharp/.test(name))) {
      const frame = await frameOf(file);
      const edited = {
        ...frame,
        samples: samplesOf(frame.samples.data.map((value) => value * 0.9) as Float32Array),
      };
      const result = await encode(edited, { like: 'source', effort: 1 })();
      expect([file, result._tag]).toEqual([file, 'Right']);
    }
  }, 120_000);

  it('do no harm to their neighbours: many at once give what each gives alone', async () => {
    const alone = await frameOf('sharp/Channel_digital_image_CMYK_color.jpg');
    const crowd = [...Object.keys(refused), ...good.slice(0, 40)];
    const [neighbour] = await Promise.all([
      frameOf('sharp/Channel_digital_image_CMYK_color.jpg'),
      ...crowd.map((file) => decode({ path: join(folder, file) })()),
    ]);
    expect(Buffer.compare(eight(neighbour as Frame), eight(alone))).toBe(0);
  }, 120_000);

  it('keep this process, which has decoded them all several times, below 1.5 GB', () => {
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(1.5e9);
  });
});
