import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCube, printCube } from '../../picture/lut/cube.js';
import { haldOf } from '../../picture/lut/hald.js';
import { lookUp } from '../../picture/lut/look-up.js';
import { entriesOf, identity, type Lut } from '../../picture/lut/table.js';
import type { Frame } from '../../ports/index.js';
import { frameFrom } from '../testing/frames.js';
import { runMap } from '../testing/run.js';
import { lut } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-lut-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parsed = (text: string): Lut => {
  const found = parseCube('look.cube', text);
  if (E.isLeft(found)) throw new Error(found.left[0].message);
  return found.right;
};

const refusal = (text: string): string => {
  const found = parseCube('look.cube', text);
  if (E.isRight(found)) return 'taken';
  expect(found.left[0].code).toBe('lut/cube');
  return found.left[0].message;
};

/** A look with crossed channels and curves, of values that .cube files hold exactly. */
const look = (kind: Lut['kind'], size: number): Lut => {
  const table = identity(kind, size);
  const values = table.values.map((_, i, all) => {
    const [entry, c] = [i - (i % 3), i % 3];
    const [own, next] = [all[entry + c]!, all[entry + ((c + 1) % 3)]!];
    const mixed =
      kind === '1d' ? own ** [0.7, 1, 1.4][c]! : 0.75 * own ** [0.7, 1, 1.4][c]! + 0.25 * next * own;
    return Math.round(mixed * 1e6) / 1e6;
  });
  return { ...table, values, title: 'a look' };
};

const small = 'LUT_1D_SIZE 2\n0 0 0\n1 1 1\n';

describe('a .cube file', () => {
  const numbers = fc
    .double({ min: -4, max: 4, noNaN: true })
    .map((v) => Math.fround(Math.round(v * 1e5) / 1e5));

  it('is read as it was written', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<Lut['kind']>('1d', '3d'),
        fc.integer({ min: 2, max: 5 }),
        fc.infiniteStream(numbers),
        fc.tuple(numbers, numbers, numbers),
        (kind, size, stream, min) => {
          const values = Float32Array.from(
            { length: 3 * entriesOf({ kind, size }) },
            () => stream.next().value!,
          );
          const max = min.map((v) => v + 1) as unknown as Lut['max'];
          const found = parsed(
            printCube({ title: 'so "warm"', kind, size, values, min, max }, ['a\nb', 'ü']),
          );
          expect(found.title).toBe("so 'warm'");
          expect([found.kind, found.size]).toEqual([kind, size]);
          expect(furthest(found.values, values)).toBeLessThan(1e-5);
          expect(furthest(found.min, min)).toBeLessThan(1e-5);
          expect(furthest(found.max, max)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 30 },
    ));

  it('may have a byte order mark, Windows line ends, tabs, blank lines, comments anywhere, and a domain', () => {
    const text =
      '\uFEFF# made by\r\nTITLE "t"\r\n\r\nDOMAIN_MIN 0 0 -1\r\nDOMAIN_MAX\t1 2 3\r\nLUT_3D_SIZE 2\r\n' +
      Array.from({ length: 8 }, (_, i) => `\t${i} .5  1e-1\r\n# ${i}\r\n`).join('');
    const { title, size, values, min, max } = parsed(text);
    expect([title, size, min, max]).toEqual(['t', 2, [0, 0, -1], [1, 2, 3]]);
    expect([...values.slice(-3)]).toEqual([7, 0.5, Math.fround(0.1)]);
    expect(parsed(`LUT_1D_INPUT_RANGE 0.25 0.5\n${small}`).min).toEqual([0.25, 0.25, 0.25]);
  });

  it.each([
    ['', /:1: there is no LUT_3D_SIZE/],
    ['0 0 0\n', /:1: numbers before/],
    ['LUT_3D_SIZE 130\n', /:1: the size must be a whole number from 2 to 129, not `130`/],
    ['LUT_3D_SIZE 1e2\n', /:1: the size/],
    ['LUT_3D_SIZE 99999999999999999999\n', /:1: the size/],
    ['LUT_1D_SIZE 65537\n', /from 2 to 65536/],
    ['LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n', /:2: its size is given a second time/],
    [`${small}1 1 1\n`, /:4: there are more entries than the 2/],
    ['LUT_1D_SIZE 3\n0 0 0\n1 1 1\n', /:3: there are 2 entries, and its size asks for 3/],
    ['LUT_1D_SIZE 2\n0 0\n1 1 1\n', /:2: three numbers must stand here, not 2/],
    ['LUT_1D_SIZE 2\n0 0 0x1\n', /:2: `0x1` is no number/],
    ['LUT_1D_SIZE 2\n0 0 1e999\n', /:2: `1e999` is no number that can be used/],
    ['LUT_1D_SIZE 2\n0 0 NaN\n', /:2: `NaN` is no number/],
    ['LUT_1D_SIZE 2\n0 0 0\nTITLE "x"\n1 1 1\n', /:3: a keyword stands among the entries/],
    ['LUT_3D_SIZ 2\n', /:1: `LUT_3D_SIZ` is no keyword/],
    [`DOMAIN_MIN 1 0 0\n${small}`, /DOMAIN_MIN must be less/],
    [`# ${'x'.repeat(1001)}\n${small}`, /:1: the line has more than 1000/],
  ])('%j is refused with its line', (text, why) => {
    expect(refusal(text)).toMatch(why);
  });

  it('of anything else is refused or read, and never throws', () => {
    const words = fc.constantFrom(
      'LUT_3D_SIZE 2',
      'LUT_1D_SIZE 2',
      'TITLE "',
      'DOMAIN_MIN 0 0 0',
      '0 0 0',
      '1 1 1',
      '-',
      '.',
      '#',
      '\0',
      '1e5 2 3',
      '',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words).map((lines) => lines.join('\n')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const found = parseCube('x', given);
        expect(E.isRight(found) || found.left[0].code === 'lut/cube').toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

const furthest = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  expect(one.length).toBe(other.length);
  return Array.from(one).reduce((most, v, i) => Math.max(most, Math.abs(v - other[i]!)), 0);
};

describe('looking up', () => {
  const found = (table: Lut, colour: readonly [number, number, number]): readonly number[] => {
    const into = new Float64Array(3);
    lookUp(table)(...colour, into);
    return [...into];
  };
  const colours = fc.tuple(
    ...Array.from({ length: 3 }, () => fc.double({ min: 0, max: 1, noNaN: true })),
  ) as fc.Arbitrary<[number, number, number]>;

  it('is exact at entries, and in an identity everywhere', () =>
    fc.assert(
      fc.property(
        colours,
        fc.integer({ min: 2, max: 9 }),
        fc.constantFrom<Lut['kind']>('1d', '3d'),
        (colour, size, kind) => {
          expect(furthest(found(identity(kind, size), colour), colour)).toBeLessThan(1e-6);
          const table = look(kind, size);
          const entry = colour.map((v) => Math.round(v * (size - 1)));
          const at = (c: number): number =>
            kind === '1d'
              ? 3 * entry[c]! + c
              : 3 * (entry[0]! + size * entry[1]! + size * size * entry[2]!) + c;
          const place = entry.map((v) => v / (size - 1)) as [number, number, number];
          expect(
            furthest(
              found(table, place),
              [0, 1, 2].map((c) => table.values[at(c)]!),
            ),
          ).toBeLessThan(1e-5);
        },
      ),
    ));

  it('keeps greys on the axis of greys, and takes the border beyond the domain', () => {
    const table = { ...look('3d', 3), max: [0.5, 0.5, 0.5] as const };
    const greys = {
      ...table,
      values: table.values.map((v, i, all) => (((i / 3) | 0) % 13 === 0 ? all[i - (i % 3)]! : v)),
    };
    const [r, g, b] = found(greys, [0.1, 0.1, 0.1]);
    expect(g).toBeCloseTo(r!, 6);
    expect(b).toBeCloseTo(r!, 6);
    expect(found(table, [0.9, 0.6, 2])).toEqual(found(table, [0.5, 0.5, 0.5]));
    expect(found(table, [Number.NaN, 0, 0])).toEqual(found(table, [0, 0, 0]));
  });
});

const photo = (depth: 'uint8' | 'uint16' | 'float32', channels: 1 | 3 = 3): Frame =>
  frameFrom(
    { width: 61, height: 47, depth, channels },
    (x, y, c) => (((x * 13 + y * 7 * (c + 1)) % 61) / 60) ** 1.3,
  );

const applied = async (file: string, given: Frame, more: object = {}): Promise<Frame> => {
  const made = await runMap<Frame>(lut({ file, ...more }), given);
  if (E.isLeft(made)) throw new Error(made.left[0].message);
  return made.right;
};

const saved = (name: string, table: Lut): string => {
  const path = join(folder, name);
  writeFileSync(path, printCube(table));
  return path;
};

describe('lut', () => {
  it('looks samples of every depth up alike, and keeps what it does not change', async () => {
    const file = saved('depths.cube', look('3d', 9));
    const [eight, sixteen, floats] = await Promise.all(
      (['uint8', 'uint16', 'float32'] as const).map((depth) => applied(file, photo(depth))),
    );
    const exact = await applied(file, {
      ...photo('uint8'),
      samples: { depth: 'float32', data: Float32Array.from(photo('uint8').samples.data, (v) => v / 255) },
    });
    const times = (data: ArrayLike<number>, factor: number): number[] => Array.from(data, (v) => v * factor);
    expect(furthest(eight!.samples.data, times(exact.samples.data, 255))).toBeLessThan(0.51);
    expect(furthest(times(sixteen!.samples.data, 1 / 65535), floats!.samples.data)).toBeLessThan(1e-3);
    const half = await applied(file, photo('float32'), { strength: 0.5 });
    const between = Array.from(photo('float32').samples.data, (v, i) => (v + floats!.samples.data[i]!) / 2);
    expect(furthest(half.samples.data, between)).toBeLessThan(1e-5);
  });

  it('leaves a grey photo grey, or colours it', async () => {
    const file = saved('grey.cube', look('3d', 5));
    const colour = await applied(file, photo('float32', 1), { grey: 'colour' });
    const kept = await applied(file, photo('float32', 1));
    expect([colour.channels, kept.channels]).toEqual([3, 1]);
    const luma = Array.from(kept.samples.data, (_, i) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, w, c) => sum + w * colour.samples.data[3 * i + c]!, 0),
    );
    expect(furthest(kept.samples.data, luma)).toBeLessThan(1e-5);
  });

  it('takes a Hald CLUT for what it is, whatever its name, and says why another picture is none', async () => {
    const table = look('3d', 16);
    const hald = join(folder, 'look.cube.txt');
    const bytes = Uint16Array.from(table.values, (v) => Math.round(v * 65535));
    await sharp(bytes, { raw: { width: 64, height: 64, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(hald);
    const [one, other] = [
      await applied(hald, photo('uint8')),
      await applied(saved('h.cube', table), photo('uint8')),
    ];
    expect(furthest(one.samples.data, other.samples.data)).toBeLessThanOrEqual(1);
    const refused = (width: number, height: number, channels: 1 | 3 = 3): string => {
      const made = haldOf(
        'p.png',
        frameFrom({ width, height, channels }, () => 0.5),
      );
      return E.isLeft(made) ? `${made.left[0].code}: ${made.left[0].message}` : 'taken';
    };
    expect(refused(64, 63)).toMatch(/lut\/hald: p.png has 64x63/);
    expect(refused(60, 60)).toMatch(/60x60/);
    expect(refused(1, 1)).toMatch(/level 1/);
    expect(refused(8, 8, 1)).toMatch(/grey/);
  });

  it('names the file and the line of a table that is damaged, and a file that is not there', async () => {
    const path = join(folder, 'damaged.cube');
    writeFileSync(path, 'LUT_3D_SIZE 2\n0 0 0\n');
    const made = await runMap(lut(path), photo('uint8'));
    expect(E.isLeft(made) && made.left[0]).toMatchObject({ code: 'lut/cube' });
    const missing = await runMap(lut(join(folder, 'none.cube')), photo('uint8'));
    expect(E.isLeft(missing) && missing.left[0].code).toBe('image/not-found');
  });
});

const has = (command: string): boolean => spawnSync(command, ['-version']).status === 0;

/** The 8-bit samples of a picture. */
const samplesOf = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer());

const written = async (name: string, { width, height, samples }: Frame): Promise<string> => {
  const path = join(folder, name);
  await sharp(samples.data as Uint8Array, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
};

describe.skipIf(!has('ffmpeg'))('beside ffmpeg', () => {
  it.each([
    ['3d', 17, 'lut3d'],
    ['3d', 2, 'lut3d'],
    ['3d', 65, 'lut3d'],
    ['1d', 33, 'lut1d'],
  ] as const)('%s of %d entries is what its %s makes', async (kind, size, filter) => {
    const file = saved(`ffmpeg-${size}.cube`, look(kind, size));
    const input = await written('in.png', photo('uint8'));
    const output = join(folder, 'out.png');
    const how = filter === 'lut3d' ? 'tetrahedral' : 'linear';
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-y', '-i', input],
      ...['-vf', `format=gbrp,${filter}=file=${file}:interp=${how},format=rgb24`, output],
    ]);
    const own = await applied(file, photo('uint8'));
    // It cuts off where this rounds.
    expect(furthest(own.samples.data, await samplesOf(output))).toBeLessThanOrEqual(1);
  });
});

describe.skipIf(!has('convert'))('beside ImageMagick', () => {
  it('is what -hald-clut makes of the same Hald CLUT, and undoes nothing of its identity', async () => {
    const plain = join(folder, 'hald-8.png');
    execFileSync('convert', ['hald:8', plain]);
    const same = await applied(plain, photo('uint8'));
    expect(furthest(same.samples.data, photo('uint8').samples.data)).toBeLessThanOrEqual(1);
    const hald = join(folder, 'hald-look.png');
    execFileSync('convert', [plain, '-modulate', '105,140,95', '-sigmoidal-contrast', '3,50%', hald]);
    const input = await written('im.png', photo('uint8'));
    const output = join(folder, 'im-out.png');
    execFileSync('convert', [input, hald, '-hald-clut', '-depth', '8', output]);
    const own = await applied(hald, photo('uint8'));
    // It interpolates otherwise between the 64 entries, and these are of 8 bits.
    expect(furthest(own.samples.data, await samplesOf(output))).toBeLessThanOrEqual(3);
  });
});
