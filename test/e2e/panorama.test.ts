import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatorOf } from '../../src/nn/generators/index.js';
import { initialise } from '../../src/nn/initialise.js';
import { addSnapshot } from '../../src/nn/models/index.js';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-panorama-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WIDTH = 512;
const HEIGHT = 256;

/** Properties of GPano, as cameras write them. */
const gpano = {
  ProjectionType: 'equirectangular',
  FullPanoWidthPixels: WIDTH,
  FullPanoHeightPixels: HEIGHT,
  CroppedAreaImageWidthPixels: WIDTH,
  CroppedAreaImageHeightPixels: HEIGHT,
  CroppedAreaLeftPixels: 0,
  CroppedAreaTopPixels: 0,
  PoseHeadingDegrees: '9.5',
};

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" ${Object.entries(
  gpano,
)
  .map(([name, value]) => `GPano:${name}="${value}"`)
  .join(' ')}/></rdf:RDF></x:xmpmeta>`;

/** What a camera sees that turns: fine and coarse detail that closes from left to right, without any towards the poles. */
const sphere = (turned: number): Buffer => {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const angle = (2 * Math.PI * (x - turned)) / WIDTH;
      const away = Math.sin((Math.PI * (y + 0.5)) / HEIGHT);
      for (let c = 0; c < 3; c++)
        data[(y * WIDTH + x) * 3 + c] = Math.round(
          128 +
            away * (70 * Math.sin(3 * angle + c) + 40 * Math.sin(61 * angle + 0.3 * y)) +
            10 * Math.cos(0.1 * y),
        );
    }
  return data;
};

const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 3 as const } };

beforeAll(async () => {
  const spec = { kind: 'pyramid', options: { levels: 3, lowBlocks: 1, highBlocks: 1, width: 8 } } as const;
  const added = await addSnapshot(join(folder, 'model'), spec, initialise(generatorOf(spec)!, 3), {
    step: 1,
    cycle: 1,
  })();
  expect(added._tag).toBe('Right');
  await sharp(sphere(0), raw).withXmp(xmp).jpeg({ quality: 95 }).toFile(join(folder, 'sphere.jpg'));
  // Without metadata, so that the pixels have to tell.
  await sharp(sphere(0), raw).png().toFile(join(folder, 'straight.png'));
  await sharp(sphere(8 * 13), raw)
    .png()
    .toFile(join(folder, 'turned.png'));
  for (const [name, format] of [
    ['edit', 'jpeg'],
    ['exact', 'png'],
  ])
    writeFileSync(
      join(folder, `${name}.yaml`),
      `version: 1
params: { photo: { type: path, default: sphere.jpg } }
steps:
  - files: $photo
  - decode
  - ensemble.average: model
  - encode: { format: ${format} }
  - save: out/{path}
`,
    );
});

interface Noted {
  readonly tiles?: { readonly edges: string; readonly count: number };
  readonly seamCheck?: { readonly passed: boolean; readonly windows: number; readonly difference: number };
}

/** Runs a pipeline by the command line and gives what was noted about the photo. */
const edit = (pipeline: string, photo: string, ...options: readonly string[]): Noted => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [pipe, 'run', pipeline, '--json', '--set', `photo=${photo}`, ...options],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly facts?: Noted });
  return events.find(({ event }) => event === 'noted')?.facts ?? {};
};

const pixelsOf = (path: string): Promise<Buffer> => sharp(join(folder, path)).raw().toBuffer();

describe('a panorama edited by the command line', () => {
  it('keeps its GPano metadata, is recognised by them, and is certified where it is joined', async () => {
    const { tiles, seamCheck } = edit('edit.yaml', 'sphere.jpg', '--certify', '--memory', '4M');
    expect(tiles).toMatchObject({ edges: 'sphere' });
    expect(tiles?.count).toBeGreaterThan(1);
    expect(seamCheck).toMatchObject({ passed: true });
    expect(seamCheck?.windows).toBeGreaterThan(4);
    const { xmp: kept } = await sharp(join(folder, 'out/sphere.jpg')).metadata();
    for (const [name, value] of Object.entries(gpano))
      expect(kept?.toString()).toContain(`GPano:${name}="${value}"`);
  });

  it('is planned as it is worked on', () => {
    const plan = (...options: readonly string[]) => {
      const { stdout, status } = spawnSync(
        process.execPath,
        [pipe, 'plan', 'exact.yaml', '--set', 'photo=turned.png', ...options],
        { cwd: folder, encoding: 'utf8' },
      );
      expect(status).toBe(0);
      return stdout;
    };
    expect(plan('--memory', '1G')).toContain(`ensemble.average: 1 of ${WIDTH}x${HEIGHT} in 1 tile of`);
    const { photos } = JSON.parse(plan('--json', '--memory', '4M')) as {
      readonly photos: readonly [
        { readonly photos: number; readonly bytes: number; readonly tiles: { readonly count: number } },
      ];
    };
    const { tiles } = edit('exact.yaml', 'turned.png', '--memory', '4M');
    expect(photos).toMatchObject([
      { width: WIDTH, height: HEIGHT, photos: 1, tiles: { count: tiles?.count } },
    ]);
    expect(photos[0].bytes).toBeLessThan(4 * 2 ** 20);
  });

  it('is the same wherever the camera looked, without metadata as well', async () => {
    expect(edit('exact.yaml', 'straight.png').tiles).toMatchObject({ edges: 'sphere' });
    edit('exact.yaml', 'turned.png', '--memory', '4M');
    const [straight, turned] = await Promise.all([pixelsOf('out/straight.png'), pixelsOf('out/turned.png')]);
    const differences = straight.map((value, i) => {
      const [row, at] = [Math.floor(i / (3 * WIDTH)), i % (3 * WIDTH)];
      return Math.abs(value - turned[row * 3 * WIDTH + ((at + 3 * 8 * 13) % (3 * WIDTH))]!);
    });
    // What is rounded to whole numbers may fall to either side.
    expect(Math.max(...new Set(differences))).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length).toBeLessThan(differences.length / 1000);
  });
});
