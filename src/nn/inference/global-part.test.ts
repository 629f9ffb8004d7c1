import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../ops/testing/models.js';
import { fitted, keptBy, type Shown } from '../../picture/lut/fit.js';
import { lookUp } from '../../picture/lut/look-up.js';
import { createEngine } from '../../tensor/run/engine.js';
import { generatorOf } from '../generators/index.js';
import { initialise } from '../initialise.js';
import { addSnapshot } from '../models/index.js';
import { exportEnsemble } from '../onnx/export.js';
import { type GlobalChoice, globalPart } from './global-part.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-global-'));
const engine = createEngine('cpu');
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

const spec = { kind: 'grid', options: { cells: 4, depth: 3, width: 4, guide: 3 } } as const;

/** A model of a grid that does the same everywhere, or something else at each place as well. */
const written = async (name: string, everywhere: boolean): Promise<string> => {
  const network = generatorOf(spec)!;
  const start = initialise(network, 1);
  const weights = Object.fromEntries(
    Object.entries(start).map(([key, t]) => {
      if (key === 'change.bias') return [key, { ...t, data: t.data.map((_, i) => 0.15 * Math.sin(5 * i)) }];
      return key === 'change.filter' && !everywhere
        ? [key, { ...t, data: t.data.map((_, i) => 0.6 * Math.sin(3 * i)) }]
        : [key, t];
    }),
  );
  const added = await addSnapshot(join(folder, name), spec, weights, { step: 1, cycle: 1 })();
  if (E.isLeft(added)) throw new Error(added.left[0].message);
  return join(folder, name);
};

let [same, placed, around] = ['', '', ''];
beforeAll(async () => {
  same = await written('same', true);
  placed = await written('placed', false);
  around = await writeModel(join(folder, 'around'), [1, 2]);
  mkdirSync(join(folder, 'photos'));
  for (let i = 0; i < 4; i++)
    await sharp({
      create: {
        width: 90,
        height: 60,
        channels: 3,
        background: 'grey',
        noise: { type: 'gaussian', mean: 70 + 30 * i, sigma: 40 },
      },
    })
      .jpeg()
      .toFile(join(folder, 'photos', `${i}.jpg`));
});

const choice = (models: string, more: Partial<GlobalChoice> = {}): GlobalChoice => ({
  models,
  members: 'all',
  average: 'predictions',
  strength: 1,
  trust: 0,
  output: 'picture',
  photos: undefined,
  entries: 9,
  ...more,
});

const found = async (given: GlobalChoice) => {
  const made = await globalPart(engine)(given)();
  if (E.isLeft(made)) throw new Error(made.left[0].message);
  return made.right;
};

describe('the global part of a model', () => {
  it('is nearly all of one that does the same everywhere, and less of one that looks at what lies around', async () => {
    const whole = await found(choice(same));
    expect(whole.kept).toBeGreaterThan(0.95);
    expect(whole.photos).toBe(0);
    const part = await found(choice(around));
    expect(part.kept).toBeLessThan(whole.kept - 0.1);
    // Half the strength is half the change.
    const half = await found(choice(same, { strength: 0.5 }));
    const at = (table: typeof whole.lut): readonly number[] => {
      const into = new Float64Array(3);
      lookUp(table)(0.4, 0.5, 0.3, into);
      return [...into].map((v, c) => v - [0.4, 0.5, 0.3][c]!);
    };
    at(half.lut).forEach((v, c) => {
      expect(v).toBeCloseTo(at(whole.lut)[c]! / 2, 3);
    });
  });

  it('is fitted to photos where there are some, and says when there are none', async () => {
    const fitting = await found(choice(same, { photos: join(folder, 'photos') }));
    expect(fitting.photos).toBe(4);
    expect(fitting.kept).toBeGreaterThan(0.8);
    const none = await globalPart(engine)(choice(same, { photos: folder }))();
    expect(E.isLeft(none) && none.left[0].code).toBe('image/not-found');
    const missing = await globalPart(engine)(choice(same, { photos: join(folder, 'nowhere') }))();
    expect(E.isLeft(missing) && missing.left[0].code).toBe('image/read-failed');
  });
});

describe('a table that is fitted', () => {
  const shown = (count: number, seed: number): Shown => {
    const before = Float32Array.from(
      { length: 3 * count },
      (_, i) => (((i + seed) * 2654435761) % 1000) / 999,
    );
    return { before, after: before.map((v, i) => 0.9 * v ** [0.8, 1, 1.2][i % 3]! + 0.05) };
  };

  it('makes the edits that it was shown of colours that it was not shown', () => {
    const table = fitted([shown(20_000, 0)], 9);
    expect(keptBy(table, [shown(5000, 77)])).toBeGreaterThan(0.95);
    expect(keptBy(fitted([], 5), [shown(100, 1)])).toBe(0);
    expect(keptBy(table, [{ before: Float32Array.of(1, 1, 1), after: Float32Array.of(1, 1, 1) }])).toBe(1);
  });
});

describe('an ONNX file of a grid', () => {
  const onnx = (size: { readonly width: number; readonly height: number } | undefined) =>
    exportEnsemble(engine)({ ...choice(placed), output: 'picture', pixels: 'float', size })();

  it('is for pictures of one size, and makes what the operator makes', async () => {
    const any = await onnx(undefined);
    expect(E.isLeft(any) && any.left[0].code).toBe('weights/export-size');
    const one = await onnx({ width: 75, height: 50 });
    expect(E.isRight(one) && one.right.difference).toBeLessThan(1e-4);
  });
});
