import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { model } from '../model/index.js';
import { frameFrom, valuesOf } from '../testing/frames.js';
import { writeModel } from '../testing/models.js';
import { runMap } from '../testing/run.js';
import { type ExportChoice, type Exported, exportEnsemble } from './export.js';
import { ensembleAverage } from './index.js';

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
    ] as const) {
      const data = Float32Array.from({ length: 3 * height * width }, (_, i) => (i % 97) / 97);
      const { edited } = await session.run({ picture: new Tensor('float32', data, [1, 3, height, width]) });
      expect(edited?.dims).toEqual([1, 3, height, width]);
    }
    await session.release();
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

  it('is not made of a folder without a model', async () => {
    const made = await exportEnsemble(engine)({ models: folder, ...defaults })();
    expect(E.isLeft(made) && made.left[0].code).toBe('weights/no-model');
  });
});
