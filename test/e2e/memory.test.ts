import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pngFile } from '../../src/image/containers/png.js';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const peakFile = fileURLToPath(new URL('./peak/peak.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Long, since the machine may be busy. */
const PATIENCE = 300_000;

const MB = 1e6;
/** How far the memory of two runs differs that do the same. */
const SLACK = 48 * MB;

/** A PNG of RGBA in 16 bits, all black and clear: a few kilobytes, however large it is. */
const emptyPng = (width: number, height: number): Uint8Array => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([16, 6], 8);
  const pixels = deflateSync(Buffer.alloc(height * (8 * width + 1)));
  return pngFile([
    { type: 'IHDR', data: head },
    { type: 'IDAT', data: pixels },
  ]);
};

/** Noise, which compresses worst. */
const noise = (width: number, height: number) => {
  let state = 1;
  const data = new Uint8Array(width * height * 3).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
};

const pipeline = (file: string, steps: string, input: string): void =>
  writeFileSync(
    join(folder, file),
    `version: 1\nsteps: [ { files: { in: ${input} } }, decode, ${steps}, { save: "${file}-out/{path}" } ]\n`,
  );

interface Ran {
  readonly status: number | null;
  readonly said: string;
  /** Bytes that the process took at most. */
  readonly peak: number;
}

const run = (...args: readonly string[]): Ran => {
  const out = join(folder, 'peak');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', peakFile, pipe, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PEAK_FILE: out },
  });
  return { status, said: stdout + stderr, peak: 1024 * Number(readFileSync(out, 'utf8')) };
};

interface Planned {
  readonly predicted: { readonly bytes: number; readonly limit: number };
  readonly tooLarge?: readonly { readonly path: string; readonly bytes: number; readonly operator: string }[];
}

const plan = (file: string, ...args: readonly string[]): Planned =>
  JSON.parse(run('plan', file, '--json', ...args).said) as Planned;

describe.skipIf(process.platform !== 'linux')('the memory of a run', () => {
  beforeAll(async () => {
    for (const name of ['bomb', 'many', 'one', 'small']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'bomb/bomb.png'), emptyPng(5000, 5000));
    await noise(64, 48).jpeg().toFile(join(folder, 'bomb/small.jpg'));
    await noise(2400, 2400).jpeg({ quality: 95 }).toFile(join(folder, 'many/1.jpg'));
    for (const name of ['2', '3', '4', '5'])
      copyFileSync(join(folder, 'many/1.jpg'), join(folder, `many/${name}.jpg`));
    await noise(2400, 1600).png().toFile(join(folder, 'one/one.png'));
    await noise(64, 48).png().toFile(join(folder, 'small/one.png'));
  }, PATIENCE);

  it(
    'is refused to a file with holes as long as a disk, which is not read for its digest',
    () => {
      mkdirSync(join(folder, 'holes'));
      copyFileSync(join(folder, 'bomb/small.jpg'), join(folder, 'holes/a.jpg'));
      truncateSync(join(folder, 'holes/a.jpg'), 2 ** 40);
      pipeline('holes.yaml', '{ encode: { like: source } }', 'holes');
      const { status, said } = run('run', 'holes.yaml', '--memory', '100M');
      expect([status, said]).toEqual([
        1,
        expect.stringContaining('a.jpg needs about 1099512 MB of memory for its file'),
      ]);
      rmSync(join(folder, 'holes'), { recursive: true });
    },
    PATIENCE,
  );

  it(
    'is refused to a photo that needs more, before it is taken, as was planned; the others go on',
    () => {
      pipeline('bomb.yaml', '{ encode: { like: source } }', 'bomb');
      const planned = plan('bomb.yaml', '--memory', '100M');
      expect(planned.tooLarge).toMatchObject([{ path: 'bomb.png' }]);
      const { bytes } = planned.tooLarge![0]!;
      expect(bytes).toBeGreaterThan(5000 * 5000 * 8);
      const { status, said, peak } = run('run', 'bomb.yaml', '--memory', '100M');
      expect(status).toBe(1);
      expect(said).toContain('image/memory-limit');
      expect(said).toContain(`bomb.png needs about ${(bytes / 1e6).toFixed(0)} MB of memory`);
      expect(said).toContain('the limit is 105 MB');
      expect(said).toMatch(/--memory \d+M/);
      expect(peak).toBeLessThan(250 * MB);
      // It is not held against the photo: with more memory it is worked on.
      const again = run('run', 'bomb.yaml', '--memory', '2G');
      expect(again.said).not.toContain('image/memory-limit');
      expect(again.status).toBe(0);
    },
    PATIENCE,
  );

  it(
    'is shared by all lanes: large photos wait for each other',
    () => {
      pipeline('few.yaml', '{ encode: jpeg }', 'small');
      pipeline('many.yaml', '{ encode: jpeg }', 'many');
      const before = run('run', 'few.yaml', '--jobs', '4');
      const { status, peak, said } = run('run', 'many.yaml', '--jobs', '4', '--memory', '140M');
      expect({ status, said }).toMatchObject({ status: 0 });
      expect(peak - before.peak).toBeLessThan(140 * 2 ** 20 + SLACK);
    },
    PATIENCE,
  );

  it.each([
    ['crop', '{ crop: { aspect: "1:1" } }'],
    ['pad', '{ pad: { multiple: 500 } }'],
    ['adjust', '{ adjust: { exposure: 0.3 } }'],
    ['shadows', '{ adjust: { shadows: 30 } }'],
    ['resize', '{ adjust: { exposure: 0.3 } }, { resize: { scale: 0.5 } }'],
    ['augment', '{ augment: { flip: true, rotate: 90, light: 0.1 } }'],
    ['dark-channel', 'dehaze.dark-channel'],
    ['haze', '{ degrade.haze: { density: [0.3, 1.8] } }'],
    ['blur', '{ degrade.blur: {} }'],
    ['noise', '{ degrade.noise: {} }'],
    ['exposure', '{ degrade.exposure: {} }'],
    ['jpeg', '{ degrade.jpeg: {} }'],
    ['png', '{ encode: png }', 'last'],
    ['tiff', '{ encode: tiff }', 'last'],
    ['webp', '{ encode: { format: webp, lossless: true, effort: 0 } }', 'last'],
    ['avif', '{ encode: { format: avif, effort: 0 } }', 'last'],
    ['gif', '{ encode: { format: gif, effort: 0 } }', 'last'],
  ])(
    'is what %s promises',
    (name, steps, last?: string) => {
      const all = last === undefined ? `${steps}, { encode: jpeg }` : steps;
      pipeline(`${name}-small.yaml`, all, 'small');
      pipeline(`${name}.yaml`, all, 'one');
      const planned = plan(`${name}.yaml`, '--jobs', '1', '--memory', '4G');
      const before = run('run', `${name}-small.yaml`, '--jobs', '1');
      const { status, said, peak } = run('run', `${name}.yaml`, '--jobs', '1', '--memory', '4G');
      expect({ status, said }).toMatchObject({ status: 0 });
      expect(peak - before.peak).toBeLessThan(planned.predicted.bytes + SLACK);
    },
    PATIENCE,
  );
});
