import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyPyramid, writeModel } from '../../../ops/testing/models.js';
import { generatorOf } from '../../generators/index.js';
import { initialise } from '../../initialise.js';
import { type EnsembleChoice, type LoadedEnsemble, loadEnsemble } from './load.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

let models: string;
beforeAll(async () => {
  models = await writeModel(join(folder, 'three'), [1, 2, 3]);
});

interface Tried extends Partial<LoadedEnsemble> {
  readonly steps?: readonly number[];
  readonly wrong?: readonly string[];
}

const load = async (more: Partial<EnsembleChoice> = {}): Promise<Tried> => {
  const choice = { models, members: 'all', average: 'predictions', trust: 0, output: 'picture' } as const;
  const loaded = await loadEnsemble({ ...choice, ...more })();
  return E.isLeft(loaded)
    ? { wrong: loaded.left.map(({ code, message }) => `${code}: ${message}`) }
    : { ...loaded.right, steps: loaded.right.snapshots.map(({ step }) => step) };
};

const weightsOf = (seed: number) => initialise(generatorOf(tinyPyramid)!, seed);

describe('an ensemble', () => {
  it('has the members that are asked for, with their weights, and says which they are', async () => {
    const all = await load();
    expect(all).toMatchObject({ generator: tinyPyramid, steps: [100, 200, 300] });
    expect(all.members).toEqual([1, 2, 3].map(weightsOf));
    expect(all.snapshots?.[1]).toEqual({
      file: 'snapshot-200.safetensors',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: expect.any(Number),
      step: 200,
      cycle: 2,
    });
    expect(await load({ members: 3 })).toMatchObject({ steps: [100, 200, 300] });
    expect(await load({ members: 2 })).toMatchObject({ steps: [200, 300] });
    expect(await load({ members: [300, 100] })).toMatchObject({ steps: [100, 300] });
  });

  it('has the gate of its model.json', async () => {
    const grid = { kind: 'grid', options: { cells: 4, depth: 2, width: 2, guide: 2 } };
    const withGate = async (name: string, gate: unknown): Promise<string> => {
      const path = await writeModel(join(folder, name), [1], grid);
      const file = join(path, 'model.json');
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), gate }));
      return path;
    };
    const gate = { below: 0.05, above: 0.1 };
    const models = await withGate('gated', gate);
    expect(await load({ models })).toMatchObject({ gate });
    // It was measured with the snapshots that there were.
    await writeModel(models, [1, 2], grid);
    expect((await load({ models })).gate).toBeUndefined();
    expect(await load({ models: await withGate('blocks', { ...gate, blocks: 1.2 }) })).toMatchObject({
      gate: { ...gate, blocks: 1.2 },
    });
    const veil = { below: 0.09, above: 0.15 };
    expect(await load({ models: await withGate('veil', { ...gate, veil }) })).toMatchObject({
      gate: { ...gate, veil },
    });
    const wrong = [
      { ...gate, blocks: 0.5 },
      { ...gate, veil: { below: 0.2, above: 0.1 } },
      { ...gate, veil: 0.1 },
      { below: 0.2, above: 0.1 },
      { below: 0.1 },
      'auto',
      { below: -1, above: 2 },
    ];
    for (const [i, each] of wrong.entries())
      expect((await load({ models: await withGate(`wrong${i}`, each) })).wrong).toEqual([
        expect.stringMatching(/weights\/model-json.*`gate`.*must be|weights\/model-json.*gate/),
      ]);
  });

  it('has one member of mean weights where those are asked for', async () => {
    const { members, steps } = await load({ average: 'weights' });
    expect(steps).toEqual([100, 200, 300]);
    expect(members).toHaveLength(1);
    const all = [1, 2, 3].map(weightsOf);
    expect(Object.keys(members![0]).sort()).toEqual(Object.keys(all[0]!).sort());
    for (const [name, { dtype, shape, data }] of Object.entries(members![0])) {
      expect([dtype, shape]).toEqual(['float32', all[0]![name]!.shape]);
      data.forEach((value, i) => {
        const mean = all.reduce((sum, weights) => sum + weights[name]!.data[i]!, 0) / 3;
        expect(Math.abs(value - mean)).toBeLessThan(1e-6);
      });
    }
  });

  it('may be one member where nobody asks whether it agrees', async () => {
    expect(await load({ members: 1 })).toMatchObject({ steps: [300] });
    const alone = [
      `weights/no-snapshots: ${models}: one snapshot has nobody to disagree with; \`trust\` needs two at least.`,
    ];
    expect(await load({ members: 1, trust: 0.1 })).toEqual({ wrong: alone });
    expect(await load({ members: 1, output: 'trust' })).toEqual({ wrong: alone });
    expect(await load({ members: 2, trust: 0.1 })).toMatchObject({ steps: [200, 300] });
    expect(await load({ members: 2, output: 'trust' })).toMatchObject({ steps: [200, 300] });
  });

  it.each([
    [{ members: 4 }, '4 snapshots are asked for; it has 3, of steps 100, 200, 300.'],
    [{ members: [100, 150] }, 'there is no snapshot of step 150; it has 3, of steps 100, 200, 300.'],
  ] as const)('cannot have members that there are not: %j', async (more, message) => {
    expect(await load(more)).toEqual({ wrong: [`weights/no-snapshots: ${models}: ${message}`] });
  });

  /** A model whose model.json is changed. */
  const changed = async (name: string, change: (json: string) => string): Promise<string> => {
    const path = await writeModel(join(folder, name), [1, 2]);
    const json = join(path, 'model.json');
    writeFileSync(json, change(readFileSync(json, 'utf8')));
    return path;
  };

  it('cannot be made of a model without snapshots', async () => {
    const path = await changed('empty', (json) => JSON.stringify({ ...JSON.parse(json), snapshots: [] }));
    const wrong = [
      `weights/no-snapshots: ${path}: a model without snapshots cannot be applied; it has none yet.`,
    ];
    expect(await load({ models: path })).toEqual({ wrong });
    expect(await load({ models: path, members: 1 })).toEqual({ wrong });
  });

  it('cannot be made of the weights of another network', async () => {
    const other = await changed('other', (json) => json.replace('"width": 4', '"width": 5'));
    expect(await load({ models: other, members: [200] })).toEqual({
      wrong: [
        expect.stringMatching(
          /^weights\/mismatch: .*other\/snapshot-200\.safetensors is not of the network that model\.json says it is: its parameter `.*` is float32 .*\.$/,
        ),
      ],
    });
  });
});
