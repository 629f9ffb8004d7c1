import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { model } from '../../ops/model/index.js';
import { frameFrom, valuesOf } from '../../ops/testing/frames.js';
import { tinyPyramid, writeModel } from '../../ops/testing/models.js';
import { runMap } from '../../ops/testing/run.js';
import type { Frame } from '../../ports/index.js';
import { decodeMetadata } from '../../tensor/emit/schema.js';
import { createEngine, type Engine } from '../../tensor/index.js';
import { type ExportChoice, type Exported, exportEnsemble } from './export.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-export-'));
const engine = createEngine('cpu');
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};

let models: string;
let resnet: string;
beforeAll(async () => {
  models = await writeModel(join(folder, 'pyramid'), [1, 2, 3]);
  resnet = await writeModel(join(folder, 'resnet'), [4, 5], {
    kind: 'resnet',
    options: { blocks: 1, width: 2 },
  });
});

const defaults: Omit<ExportChoice, 'models'> = {
  strength: 1,
  trust: 0,
  average: 'predictions',
  members: 'all',
  output: 'picture',
  pixels: 'float',
  size: undefined,
};

const exported = async (name: string, choice: Partial<ExportChoice> = {}) => {
  const made: Exported = right(await exportEnsemble(engine)({ models, ...defaults, ...choice })());
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, made.bytes);
  return { ...made, path };
};

const photo = (width: number, height: number): Frame =>
  frameFrom({ width, height }, (x, y, c) => 0.5 + 0.4 * Math.sin(0.31 * x + 0.17 * y * (c + 1)));

/** The largest difference in levels of 8 bits. */
const levels = (one: Frame, other: Frame): number => {
  const values = valuesOf(other);
  return Math.round(255 * Math.max(...valuesOf(one).map((value, i) => Math.abs(value - values[i]!))));
};

describe('an exported model', () => {
  it.each([
    ['float', 'pyramid', {}],
    ['uint8', 'pyramid', { strength: 0.7, trust: 0.5 }],
    ['float', 'resnet', { average: 'weights' }],
  ] as const)(
    'of %s pixels and a %s is the same as ensemble.average, at any size',
    async (pixels, net, dials) => {
      const path = net === 'resnet' ? resnet : models;
      const { path: file, difference } = await exported(`${pixels}-${net}`, {
        models: path,
        pixels,
        ...dials,
      });
      expect(difference).toBeLessThanOrEqual(pixels === 'uint8' ? 1 / 255 : 1e-4);
      for (const size of [
        [48, 32],
        [37, 51],
        [5, 3],
      ] as const) {
        const picture = photo(size[0], size[1]);
        const own = right(await runMap<Frame>(ensembleAverage({ models: path, ...dials }), picture));
        const through = right(await runMap<Frame>(model(file), picture));
        expect([through.width, through.height]).toEqual(size);
        // Small pictures are filled up to another size by `model`, which an instance norm sees.
        if (Math.min(...size) >= 32) expect(levels(own, through)).toBeLessThanOrEqual(size[0] === 48 ? 1 : 8);
      }
    },
  );

  it('opens in ONNX Runtime by itself, with axes of any length and no operators but standard ones', async () => {
    const { path } = await exported('plain');
    const session = await InferenceSession.create(path);
    expect(session.inputMetadata).toMatchObject([
      { name: 'picture', type: 'float32', shape: [1, 3, 'height', 'width'] },
    ]);
    for (const [height, width] of [
      [16, 24],
      [40, 8],
      [17, 23],
      [1, 2],
    ] as const) {
      const data = Float32Array.from({ length: 3 * height * width }, (_, i) => (i % 97) / 97);
      const { edited } = await session.run({ picture: new Tensor('float32', data, [1, 3, height, width]) });
      expect(edited?.dims).toEqual([1, 3, height, width]);
    }
    await session.release();
  });

  it('takes any size, as the operator does', async () => {
    const { path } = await exported('sizes');
    for (const [width, height] of [
      [30, 21],
      [7, 3],
      [1, 5],
    ] as const) {
      const picture = photo(width, height);
      const own = right(await runMap<Frame>(ensembleAverage(models), picture));
      expect(levels(own, right(await runMap<Frame>(model(path), picture)))).toBeLessThanOrEqual(1);
    }
  });

  it('can be for one size', async () => {
    const { path, size } = await exported('fixed', { size: { width: 30, height: 20 } });
    expect(size).toEqual({ width: 30, height: 20 });
    const picture = photo(30, 20);
    const own = right(await runMap<Frame>(ensembleAverage(models), picture));
    expect(levels(own, right(await runMap<Frame>(model(path), picture)))).toBeLessThanOrEqual(1);
  });

  it('says which weights are in it', async () => {
    const { snapshots } = await exported('weights', { members: 2 });
    expect(snapshots.map(({ step }) => step)).toEqual([200, 300]);
  });

  const metadataOf = ({ bytes }: { readonly bytes: Uint8Array }) => {
    const head = decodeMetadata(bytes);
    if (head._tag === 'None') throw new Error('these are no bytes of a model');
    return head.value.metadata;
  };

  it('says of itself what it takes, and what it was made of', async () => {
    const made = await exported('any', { members: 2, strength: 0.5 });
    const {
      'prismflow.generator': generator,
      'prismflow.snapshots': snapshots,
      ...others
    } = metadataOf(made);
    expect(JSON.parse(generator!)).toEqual({ pyramid: tinyPyramid.options });
    expect(JSON.parse(snapshots!)).toEqual(made.snapshots.map(({ step, sha256 }) => ({ step, sha256 })));
    expect(others).toEqual({
      'prismflow.layout': 'nchw',
      'prismflow.range': '0..1',
      'prismflow.ensemble': JSON.stringify({ average: 'predictions', strength: 0.5, trust: 0 }),
    });
    expect(made.size).toBeUndefined();
    const fixed = metadataOf(await exported('one', { size: { width: 8, height: 4 }, pixels: 'uint8' }));
    expect(fixed['prismflow.range']).toBe('0..255');
  });

  it('is tried beside the program, and not given where they differ', async () => {
    const tried = async (
      changed: (data: Float32Array) => Float32Array | undefined,
      choice: Partial<ExportChoice> = {},
    ) => {
      const asked: (readonly number[])[] = [];
      const other: Engine = {
        ...engine,
        openModel: (name, bytes) =>
          pipe(
            engine.openModel(name, bytes),
            TE.map((opened) => ({
              ...opened,
              run: (feeds, signal) => {
                asked.push(feeds.picture!.shape);
                return pipe(
                  opened.run(feeds, signal),
                  TE.map(({ edited }) => {
                    const data = changed(edited!.data as Float32Array);
                    return (data === undefined ? {} : { edited: { ...edited, data } }) as never;
                  }),
                );
              },
            })),
          ),
      };
      const result = await exportEnsemble(other)({ models, ...defaults, ...choice })();
      return { asked, result };
    };
    const messageOf = (result: E.Either<Diagnostics, unknown>) =>
      E.isLeft(result) ? `${result.left[0].code}: ${result.left[0].message}` : 'it is given';
    const same = await tried((data) => data);
    expect(messageOf(same.result)).toBe('it is given');
    expect(same.asked).toEqual([
      [1, 3, 96, 160],
      [1, 3, 131, 70],
      [1, 3, 9, 5],
    ]);
    const one = await tried((data) => data, { size: { width: 30, height: 20 } });
    expect(one.asked).toEqual([[1, 3, 20, 30]]);
    const why = 'weights/export-differs: The exported model is not the same as the one in the folder';
    // Of the second picture alone, and less than it should be.
    const { result: other } = await tried((data) =>
      data.length === 3 * 131 * 70 ? data.map((value, i) => (i === 5 ? value - 0.25 : value)) : data,
    );
    expect(messageOf(other)).toMatch(new RegExp(`^${why}: results differ by 0\\.2(5|49)`));
    expect(messageOf((await tried((data) => data.slice(1))).result)).toBe(
      `${why}: results differ by Infinity.`,
    );
    expect(messageOf((await tried(() => undefined)).result)).toBe(`${why}: the file gives no picture.`);
    const close = await tried((data) => data.map((value) => value + 5e-5));
    expect(E.isRight(close.result) && close.result.right.difference).toBeCloseTo(5e-5, 5);
    const level = { pixels: 'uint8', size: { width: 8, height: 8 } } as const;
    const byOne = await tried(
      (data) => data.map((value, i) => (i === 3 ? (value > 0 ? value - 1 : 1) : value)),
      level,
    );
    expect(E.isRight(byOne.result) && byOne.result.right.difference).toBe(1 / 255);
    const byTwo = await tried(
      (data) => data.map((value, i) => (i === 3 ? (value > 1 ? value - 2 : 2) : value)),
      level,
    );
    expect(messageOf(byTwo.result)).toBe(`${why}: results differ by 2.`);
  });

  it('is not made of a folder without a model', async () => {
    const made = await exportEnsemble(engine)({ models: folder, ...defaults })();
    expect(E.isLeft(made) && made.left[0].code).toBe('weights/no-model');
  });
});
