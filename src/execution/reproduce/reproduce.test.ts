import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { path as pathParam, required } from '../../operator/params/index.js';
import { defineOp, registryOf } from '../../ops/index.js';
import { writeModel } from '../../ops/testing/models.js';
import { analyse } from '../../pipelines/compile.js';
import * as port from '../../ports/index.js';
import { compareFiles } from '../../records/receipts/compare.js';
import { resolvedPipeline } from '../../records/receipts/resolved.js';
import { compile } from '../compile.js';
import { type RunOptions, runPlan } from '../run.js';
import { reproduce } from './reproduce.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-receipt-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'photos/sub'), { recursive: true });
  const pixels = Buffer.from(Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 37) % 256));
  await sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } })
    .jpeg({ quality: 95 })
    .toFile(join(folder, 'photos/sub/ä.jpg'));
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const edit = async (steps: string, more = '', options: RunOptions = {}): Promise<void> => {
  const text = `version: 1\nseed: 5\n${more}steps: [${steps}]\n`;
  const plan = right(await compile({ path: join(folder, 'p.yaml'), text })());
  expect(right(await runPlan(plan, options)())).toMatchObject({ done: 1, failed: [] });
};

const usual = '{ files: photos }, decode, { adjust: { exposure: 0.4, vibrance: 20 } }';
const out = (name = 'sub/ä.jpg'): string => join(folder, 'out', name);

describe('reproduce', () => {
  it('makes a result again, bit for bit on the same engine', async () => {
    await edit(`${usual}, encode, { save: out }`);
    expect(right(await reproduce(out())())).toMatchObject({
      likeness: { kind: 'identical' },
      isUnchanged: true,
      isAsWritten: true,
      engine: 'cpu',
      surroundings: [],
      otherNotes: [],
      receipt: { from: 'journal', source: 'sub/ä.jpg', name: 'p' },
    });
  });

  it('makes it within tolerance on another engine', async () => {
    await edit(`${usual}, encode, { save: out }`);
    const made = right(await reproduce(out(), { engine: 'tfjs-cpu' })());
    expect(['identical', 'close']).toContain(made.likeness.kind);
    expect(made.engine).toBe('tfjs-cpu');
  });

  it('makes again what random choices have a part in, also when other operators stand before it', async () => {
    await edit(
      `all, decode, { crop: { size: 16, random: true } }, encode, { save: out }`,
      'streams: { all: [{ files: { in: photos, shuffle: true } }, { take: 1 }] }\n',
    );
    expect(right(await reproduce(out())()).likeness.kind).toBe('identical');
  });

  it('tells a file that was changed from one that cannot be made again', async () => {
    await edit(`${usual}, encode, { save: out }`);
    appendFileSync(out(), 'x');
    expect(right(await reproduce(out())())).toMatchObject({ isUnchanged: false, isAsWritten: true });
    await sharp({ create: { width: 48, height: 32, channels: 3, background: '#fff' } })
      .jpeg()
      .toFile(out());
    expect(right(await reproduce(out())()).likeness.kind).toBe('different');
  });

  it('finds the photo by its content, and says when it does not', async () => {
    await edit(`${usual}, encode, { save: out }`);
    renameSync(join(folder, 'photos/sub/ä.jpg'), join(folder, 'photos/sub/other.jpg'));
    expect(right(await reproduce(out())()).likeness.kind).toBe('identical');
    renameSync(join(folder, 'photos/sub/other.jpg'), join(folder, 'elsewhere.jpg'));
    expect(await reproduce(out())()).toMatchObject({ left: [{ code: 'receipt/input-missing' }] });
    const input = join(folder, 'elsewhere.jpg');
    expect(right(await reproduce(out(), { input })()).likeness.kind).toBe('identical');
    appendFileSync(input, 'x');
    expect(await reproduce(out(), { input })()).toMatchObject({ left: [{ code: 'receipt/input-missing' }] });
  });

  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'])(
    'finds the receipt in a %s by itself',
    async (format) => {
      await edit(`${usual}, { encode: { format: ${format}, receipt: xmp } }, { save: "out/a.${format}" }`);
      const written = right(await reproduce(out(`a.${format}`))());
      expect(written.likeness.kind).toBe('identical');
      // Far away from its journal.
      mkdirSync(join(folder, 'far'));
      copyFileSync(out(`a.${format}`), join(folder, 'far/b'));
      const input = join(folder, 'photos/sub');
      expect(right(await reproduce(join(folder, 'far/b'), { input })())).toMatchObject({
        likeness: { kind: 'identical' },
        receipt: { from: 'file', source: 'sub/ä.jpg', engine: 'cpu' },
      });
    },
  );

  it('edits an edited photo anew, with one receipt', async () => {
    await edit(`${usual}, { encode: { receipt: xmp } }, { save: out }`);
    await edit(`{ files: out }, decode, { encode: { receipt: xmp } }, { save: again }`);
    const text = readFileSync(join(folder, 'again/sub/ä.jpg'), 'latin1');
    expect(text.split('prismflow:Receipt').length).toBe(2);
    expect(right(await reproduce(join(folder, 'again/sub/ä.jpg'))()).likeness.kind).toBe('identical');
  });

  it('says when there is no receipt', async () => {
    expect(await reproduce(join(folder, 'photos/sub/ä.jpg'))()).toMatchObject({
      left: [{ code: 'receipt/none' }],
    });
  });

  it('refuses other weights', async () => {
    writeFileSync(
      join(folder, 'weighted.mjs'),
      `import { defineOp } from ${JSON.stringify(new URL('../../ops/index.ts', import.meta.url).href)};
import { path, required } from ${JSON.stringify(new URL('../../operator/params/index.ts', import.meta.url).href)};
import * as port from ${JSON.stringify(new URL('../../ports/index.ts', import.meta.url).href)};
export const weighted = defineOp({ name: 'weighted', about: 'Have weights',
  params: { by: required(path('weights'), 'Weights') }, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => ({ _tag: 'Right', right: value }) });`,
    );
    writeFileSync(join(folder, 'weights.bin'), 'one');
    await edit(
      `${usual}, { weighted: { by: weights.bin } }, encode, { save: out }`,
      'plugins: [./weighted.mjs]\n',
    );
    expect(right(await reproduce(out())()).likeness.kind).toBe('identical');
    writeFileSync(join(folder, 'weights.bin'), 'other');
    expect(await reproduce(out())()).toMatchObject({ left: [{ code: 'receipt/weights-changed' }] });
  });
});

describe('reproduce, of what a model made', () => {
  const large = async (name: string, width = 384, height = 256): Promise<void> => {
    const pixels = Buffer.from(
      Array.from({ length: width * height * 3 }, (_, i) => 128 + 90 * Math.sin(i / 31) * Math.cos(i / 7919)),
    );
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'photos', name));
  };
  const steps = '{ files: { in: photos, match: "*.png" } }, decode, { ensemble.average: model }, encode';
  /** So little that tiles are as small as they can be. */
  const little: RunOptions = { memory: 2 ** 20, certify: true };
  const same = { likeness: { kind: 'identical' }, isAsWritten: true, otherNotes: [], surroundings: [] };

  it.each([
    ['pyramid', { levels: 2, lowBlocks: 1, highBlocks: 1, width: 4 }],
    ['resnet', { blocks: 1, width: 2 }],
  ])('has the same bytes, by %s with as little memory', async (kind, options) => {
    await writeModel(join(folder, 'model'), [1, 2], { kind, options });
    await large('a.png');
    await edit(`${steps}, { save: out }`, '', little);
    const made = right(await reproduce(out('a.png'))());
    expect(made).toMatchObject(same);
    const notes = made.receipt.notes['steps[2]/ensemble.average'];
    expect(notes).toMatchObject({ tiles: { count: expect.any(Number) } });
    // What takes means of the whole picture from a sample of it is near to it, and not exact.
    if (kind === 'pyramid') expect(notes).toMatchObject({ seamCheck: { passed: true } });
  });

  it('has the same tiles from the receipt in the file, after the project was moved', async () => {
    await writeModel(join(folder, 'model'), [1, 2]);
    await large('a.png');
    await edit(`${steps.replace('encode', '{ encode: { receipt: xmp } }')}, { save: out }`, '', little);
    rmSync(join(folder, 'out/.prismflow'), { recursive: true });
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    try {
      const made = right(await reproduce(join(moved, 'out/a.png'))());
      expect(made).toMatchObject({ likeness: same.likeness, otherNotes: [], receipt: { from: 'file' } });
      expect(made.receipt.notes).toMatchObject({ 'steps[2]/ensemble.average': { tiles: {} } });
    } finally {
      renameSync(moved, folder);
    }
  });

  it('is equal within tolerance on another engine', async () => {
    await writeModel(join(folder, 'model'), [1, 2]);
    await large('a.png', 160, 96);
    await edit(`${steps}, { save: out }`, '', { memory: 2 ** 20 });
    const { likeness } = right(await reproduce(out('a.png'), { engine: 'tfjs-cpu' })());
    expect(['identical', 'close']).toContain(likeness.kind);
  });

  it('is refused when a snapshot was added since', async () => {
    await writeModel(join(folder, 'model'), [1]);
    await large('a.png', 64, 48);
    await edit(`${steps}, { save: out }`);
    await writeModel(join(folder, 'model'), [1, 2]);
    expect(await reproduce(out('a.png'))()).toMatchObject({ left: [{ code: 'receipt/weights-changed' }] });
  });
});

describe('resolvedPipeline', () => {
  const place = defineOp({
    name: 'place',
    about: 'Have a path',
    params: { at: required(pathParam('output'), 'Where') },
    input: port.file,
    output: port.file,
    map: () => () => TE.right({ path: '' }),
  });

  it('compiles to the same graph again, from another folder', async () => {
    const text = `version: 1
seed: 3
params: { dark: { type: number, default: -0.5 } }
streams:
  clear: [{ files: { in: photos, shuffle: true } }, { place: { at: "cost $$5 {x}" } }, decode]
  dim: [clear, { adjust: { exposure: $dark } }]
steps: [{ pair: { from: dim, to: clear } }, { batch: 2 }, unbatch]
`;
    const registry = registryOf(
      place,
      ...[...(await import('../../ops/index.js')).builtIn.values()].map((operator) => ({ operator })),
    );
    const graph = right(await analyse({ path: join(folder, 'p.yaml'), text }, { registry })());
    const resolved = resolvedPipeline(graph, join(folder, 'elsewhere/deep'));
    const again = right(
      await analyse(
        { path: join(folder, 'elsewhere/deep/q.yaml'), text: JSON.stringify(resolved) },
        { registry },
      )(),
    );
    const essence = ({ nodes, result, seed }: typeof graph) => ({
      seed,
      result,
      nodes: nodes.map(({ path, written, reads }) => ({ path, written, reads })),
    });
    expect(essence(again)).toEqual(essence(graph));
  });
});

describe('compareFiles', () => {
  const png = (level: number, width = 8): Promise<Buffer> =>
    sharp({ create: { width, height: 8, channels: 3, background: { r: level, g: 0, b: 0 } } })
      .png()
      .toBuffer();

  it('knows the same bytes, the same pixels, and how far others lie apart', async () => {
    const [one, near, far, wide] = await Promise.all([png(100), png(101), png(150), png(100, 9)]);
    expect(right(await compareFiles(one, one)())).toEqual({ kind: 'identical' });
    expect(right(await compareFiles(one, near)())).toMatchObject({
      kind: 'close',
      difference: { largest: 1 },
    });
    expect(right(await compareFiles(one, far)())).toMatchObject({
      kind: 'different',
      difference: { largest: 50 },
    });
    expect(right(await compareFiles(one, wide)())).toEqual({ kind: 'different' });
    expect(right(await compareFiles(one, Buffer.from('no picture'))())).toEqual({ kind: 'different' });
    const again = await sharp(one).png({ compressionLevel: 0 }).toBuffer();
    expect(right(await compareFiles(one, again)())).toMatchObject({
      kind: 'close',
      difference: { largest: 0 },
    });
  });
});
