import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { partsOf, pluginNames } from '../../src/execution/reproduce/parts.js';
import { plain } from '../../src/image/bytes.js';
import { writePng } from '../../src/image/containers/png.js';
import { meaningOf, strayIn } from '../../src/image/decoding/complaints.js';
import { withReceipt } from '../../src/image/metadata/xmp.js';
import { nothing, picture } from '../../src/image/testing/files.js';
import { checkpointsIn, latestState, writeCheckpoint } from '../../src/nn/models/checkpoints.js';
import { builtIn } from '../../src/ops/index.js';
import { openLut } from '../../src/ops/lut/open.js';
import { readLayout } from '../../src/ops/report/layout.js';
import { isStepBefore, missingIn, readLines, writeLine } from '../../src/ops/report/lines.js';
import { printCube } from '../../src/picture/lut/cube.js';
import { readAllowedIn } from '../../src/pipelines/plugins/allowed.js';
import { importsOf } from '../../src/pipelines/plugins/imports.js';
import { readName } from '../../src/pipelines/plugins/naming.js';
import { findReceipt } from '../../src/records/receipts/receipt.js';
import { expectThat, rightOf, type Target, textOf, utf8 } from './target.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-fuzz-kept-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const inFile = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const jsonWords = ['"', '{', '}', '[', ']', ':', ',', '"__proto__":', 'null', '1e999', '-1', '"../../x"'];

const digest = 'b'.repeat(64);
const receipt = (steps: readonly unknown[], more: object = {}): Uint8Array =>
  utf8(
    JSON.stringify({
      ...{ id: digest, name: 'p', pipeline: { version: 1, steps, ...more }, versions: { node: '20' } },
      ...{ machine: 'linux', weights: {}, source: 'a.jpg', sourceSize: 3, sourceDigest: digest },
      ...{ output: 'a.png', index: 0, epoch: 0, notes: {}, engine: 'cpu', memory: 5e8 },
    }),
  );

const { step, state, position } = {
  step: 3,
  state: { 'weights/generator/w': { dtype: 'float32', shape: [2], data: new Float32Array(2) } },
  position: { in: { path: 'a.jpg', index: 0, epoch: 0 } },
} as const;

/** A manifest with the checksum that belongs to it, where it is JSON. */
const resealed = (bytes: Uint8Array): Uint8Array => {
  const body = E.tryCatch((): unknown => JSON.parse(textOf(bytes)), String);
  if (E.isLeft(body) || typeof body.right !== 'object' || body.right === null) return bytes;
  const { check: _, ...rest } = body.right as Record<string, unknown>;
  const check = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return utf8(JSON.stringify({ ...rest, check }));
};

const table = (kind: '1d' | '3d', size: number) => ({
  ...{ title: 'a', kind, size, min: [0, 0, 0], max: [1, 1, 2] },
  values: new Float32Array(3 * (kind === '1d' ? size : size ** 3)).fill(0.25),
});

const line = {
  ...{ step: 1, total: 3, phase: 'train' as const, cycle: 1, images: 2, rate: 0.001, seconds: 0.1 },
  ...{ metrics: { loss: 0.5, psnr: Number.NaN }, marks: ['saved'] },
};

const sourcesOf = (path: string): readonly Uint8Array[] => {
  const at = new URL(path, import.meta.url);
  return readdirSync(at)
    .filter((name) => /\.(mjs|js|cjs)$/.test(name))
    .slice(0, 6)
    .map((name) => new Uint8Array(readFileSync(new URL(name, at))));
};

/** What is kept in files beside results and models, and what comes with pipelines. */
export const keptTargets: Readonly<Record<string, Target>> = {
  receipt: {
    seeds: () => [
      receipt([{ files: { in: 'photos' } }, 'decode', 'encode', { save: { to: '{path}' } }]),
      receipt([{ files: 'photos' }, 'decode', { lut: '../x.cube' }, 'encode', { save: 'out' }], {
        plugins: ['./a.mjs', 'data:text/javascript,1'],
      }),
    ],
    words: [...jsonWords, ...builtIn.keys()],
    run: async (bytes) => {
      const xmp = withReceipt(undefined, textOf(bytes));
      const png = await plainPng();
      const file = inFile('a.png', xmp === undefined ? png : writePng(png, { ...nothing, xmp }).bytes);
      const found = rightOf(await findReceipt(file)());
      if (found === undefined) return;
      pluginNames(found.pipeline);
      rightOf(await partsOf(found.pipeline, folder, builtIn)());
    },
    milliseconds: 5000,
  },
  checkpoint: {
    seeds: async () => {
      const at = join(folder, 'seed');
      expectThat(
        E.isRight(await writeCheckpoint(at, { step, state, position }, 1)()),
        'a checkpoint is written',
      );
      const manifest = new Uint8Array(readFileSync(join(at, 'step-00000003.json')));
      const { version: _, check: __, ...first } = JSON.parse(textOf(manifest)) as Record<string, unknown>;
      return [manifest, utf8(JSON.stringify({ ...first, version: 1 }))];
    },
    words: [...jsonWords, '"version":1', '"step":3', '"position":{', '"model":{', 'step-00000003'],
    run: async (bytes) => {
      const at = join(folder, 'checkpoints');
      mkdirSync(at, { recursive: true });
      const tensors = readFileSync(join(folder, 'seed/step-00000003.safetensors'));
      writeFileSync(join(at, 'step-00000003.safetensors'), tensors);
      // As it is, and as whoever forges it would make it.
      for (const manifest of [bytes, resealed(bytes)]) {
        writeFileSync(join(at, 'step-00000003.json'), manifest);
        rightOf(await latestState(at)());
        rightOf(await checkpointsIn(at).latest());
      }
    },
  },
  lut: {
    seeds: async () => [
      utf8(printCube({ ...table('3d', 2), min: [0, 0, 0], max: [1, 1, 1] }, ['made'])),
      utf8(printCube({ ...table('1d', 5), min: [-1, 0, 0], max: [1, 1, 2] })),
      utf8(`LUT_3D_INPUT_RANGE 0 2\nLUT_3D_SIZE 2\n${'0 .5 1e-3\n'.repeat(8)}`),
      plain(await picture(8, 8).png().toBuffer()),
      plain(await picture(27, 27).png({ palette: true }).toBuffer()),
    ],
    words: [
      ...['LUT_1D_SIZE ', 'LUT_3D_SIZE ', 'DOMAIN_MIN ', 'DOMAIN_MAX ', 'TITLE "', 'LUT_1D_INPUT_RANGE '],
      ...['129', '65536', '1e38', '-0', 'nan', 'inf', '\n', '\r', ' ', '# ', '\ufeff'],
    ],
    run: async (bytes) => {
      const lut = rightOf(await openLut(inFile('a.cube', bytes))());
      if (lut === undefined) return;
      const entries = lut.kind === '1d' ? lut.size : lut.size ** 3;
      expectThat(lut.values.length === 3 * entries, 'a table has as many entries as it says');
      expectThat(lut.values.every(Number.isFinite), 'a table holds numbers');
    },
    milliseconds: 10_000,
  },
  metrics: {
    seeds: () => [utf8([1, 2, 3].map((each) => writeLine({ ...line, marks: [], step: each })).join(''))],
    words: ['\n', ...jsonWords, '"step":1', '"phase":"train"'],
    run: (bytes) => {
      const lines = readLines(textOf(bytes));
      missingIn(
        lines.filter((line) => isStepBefore(line, 1000)),
        1000,
      );
      for (const each of lines)
        expectThat(readLines(writeLine(each)).length === 1, 'what was read can be written and read again');
    },
  },
  layout: {
    seeds: () => [
      utf8('{"version":1,"columns":["input","output"],"rows":2,"cell":{"width":64,"height":48},"gap":4}\n'),
    ],
    words: [...jsonWords, '"columns"', '"cell"', '1e9'],
    run: (bytes) => {
      const layout = readLayout(textOf(bytes));
      if (layout._tag === 'None') return;
      const { columns, rows, cell, gap } = layout.value;
      expectThat(columns.length <= 64 && rows <= 64, 'a grid has no more pictures than can be shown');
      expectThat(
        [rows, cell.width, cell.height, gap].every((size) => Number.isInteger(size) && size >= 0),
        'sizes are whole',
      );
    },
  },
  imports: {
    seeds: () => [
      ...sourcesOf('../../examples/'),
      utf8(
        "import a from './a.js'; export * from \"b\"; const c = import('c'); new URL('./d', import.meta.url);",
      ),
      utf8('const a = require(\'a\'); module.exports = require("./b");'),
    ],
    words: [
      'import ',
      'import(',
      'export * from ',
      '`${',
      'require(',
      'import.meta',
      '//',
      '/*',
      '*/',
      '/',
      '\\',
    ],
    run: async (bytes) => {
      for (const isCommonJs of [false, true]) rightOf(await importsOf(textOf(bytes), 'a.js', isCommonJs));
    },
  },
  'plugin-name': {
    seeds: () =>
      ['./a.mjs', '@photo/ops/film', 'data:text/javascript,1', 'C:\\a.mjs', 'fs/promises'].map(utf8),
    words: ['@', '/', '..', '\\', ':', 'node:', '\0', '%2f', '~'],
    run: (bytes) => rightOf(readName(textOf(bytes), folder)),
  },
  'allowed-plugins': {
    seeds: () => [
      utf8(
        JSON.stringify({
          version: 1,
          allowed: [
            { digest: `sha256:${digest}`, name: './a.mjs', folder: '/x', at: '2026-01-01T00:00:00.000Z' },
          ],
        }),
      ),
    ],
    words: jsonWords,
    run: async (bytes) => {
      rightOf(await readAllowedIn(inFile('plugins.json', bytes)));
    },
  },
  complaints: {
    seeds: () =>
      [
        'VipsJpeg: Corrupt JPEG data: 12 extraneous bytes before marker 0xd9',
        'pngload_buffer: libspng read error',
        'tiff2vips: read error',
      ].map(utf8),
    words: ['extraneous bytes', 'before marker 0x', 'libspng', ': ', '\n', '9'],
    run: (bytes) => {
      meaningOf(textOf(bytes));
      strayIn(textOf(bytes));
    },
  },
};

let png: Promise<Uint8Array> | undefined;
const plainPng = (): Promise<Uint8Array> => {
  png ??= picture(4, 4).png().toBuffer().then(plain);
  return png;
};
