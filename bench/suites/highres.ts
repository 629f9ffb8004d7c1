import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { decode as decodeFile, encode as encodeFrame } from '../../src/image/index.js';
import { generatorOf } from '../../src/nn/generators/index.js';
import { initialise } from '../../src/nn/initialise.js';
import { addSnapshot } from '../../src/nn/models/index.js';
import { ensembleOn, type Wanted } from '../../src/ops/ensemble.average/apply.js';
import { type LoadedEnsemble, loadEnsemble } from '../../src/ops/ensemble.average/load.js';
import type { Frame } from '../../src/ports/index.js';
import { contextFor } from '../../src/testing/run/context.js';
import type { Suite } from '../main.js';
import { median, type Row, sideBySide } from '../measure.js';
import { openTorch, type Peer } from '../peer.js';
import { must } from '../tensors.js';

const GENERATOR = { kind: 'pyramid', options: { levels: 4 } };

/** A model of three snapshots, as they start: what weights say does not change the time. */
const writeModel = async (folder: string): Promise<string> => {
  const network = generatorOf(GENERATOR)!;
  for (const step of [1, 2, 3])
    must(await addSnapshot(folder, GENERATOR, initialise(network, step), { step, cycle: step })());
  return folder;
};

/** A photo with fine and coarse detail, as a JPEG of quality 92. */
const writePhoto = async (path: string, width: number, height: number): Promise<string> => {
  const noise = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  })
    .blur(1.2)
    .jpeg({ quality: 92 })
    .toBuffer();
  writeFileSync(path, noise);
  return path;
};

interface Case {
  readonly width: number;
  readonly height: number;
  readonly members: number;
  readonly wrap: Wanted['wrap'];
  readonly memory?: number;
  /** The case of the same work in PyTorch, the pixels of a photo in and out. */
  readonly torch?: string;
}

const cases: Readonly<Record<string, Case>> = {
  'one, 2400x2400': { width: 2400, height: 2400, members: 1, wrap: 'none', torch: 'pyramid-photo' },
  'three, 2400x2400': { width: 2400, height: 2400, members: 3, wrap: 'none' },
  'one, 2400x2400 in 400 MB': { width: 2400, height: 2400, members: 1, wrap: 'none', memory: 400e6 },
  'one, 4096x2048, sphere': { width: 4096, height: 2048, members: 1, wrap: 'sphere' },
  'one, 6000x4000': { width: 6000, height: 4000, members: 1, wrap: 'none' },
};

const timed = async <A>(times: number[], f: () => Promise<A>): Promise<A> => {
  const start = performance.now();
  const result = await f();
  times.push(performance.now() - start);
  return result;
};

const wantedOf = ({ wrap }: Case): Wanted => ({
  strength: 1,
  trust: 0,
  output: 'picture',
  grey: 'keep',
  wrap,
  certify: false,
});

const measured = async (
  name: string,
  each: Case,
  folder: string,
  models: string,
  torch: Peer | { readonly name: string; readonly skipped: string },
  runs: number,
): Promise<Row> => {
  const path = await writePhoto(join(folder, 'photo.jpg'), each.width, each.height);
  const ensemble: LoadedEnsemble = must(
    await loadEnsemble({
      models,
      members: each.members,
      average: 'predictions',
      trust: 0,
      output: 'picture',
    })(),
  );
  const edit = ensembleOn(
    wantedOf(each),
    { ...contextFor(), memory: each.memory ?? 2.5 * 2 ** 30 },
    ensemble,
  );
  const key = { path: 'photo.jpg', index: 0, epoch: 0 };
  const parts: Readonly<Record<'decode' | 'engine' | 'encode', number[]>> = {
    decode: [],
    engine: [],
    encode: [],
  };
  const whole = async (): Promise<void> => {
    const { frame } = await timed(parts.decode, async () => must(await decodeFile({ path })()));
    const made: Frame = await timed(parts.engine, async () =>
      must(await edit({ key, value: frame }, new AbortController().signal)()),
    );
    const encoded = await timed(parts.encode, async () =>
      must(await encodeFrame(made, { format: 'jpeg', quality: 92 })()),
    );
    writeFileSync(join(folder, 'edited.jpg'), encoded.bytes);
  };
  const peers: readonly (Peer | { readonly name: string; readonly skipped: string })[] =
    each.torch === undefined
      ? []
      : ['run' in torch ? { ...torch, run: () => torch.run(each.torch!) } : torch];
  const row = await sideBySide(name, whole, peers, runs);
  return {
    ...row,
    figures: {
      'decode ms': median(parts.decode.slice(1)),
      'engine ms': median(parts.engine.slice(1)),
      'encode ms': median(parts.encode.slice(1)),
    },
  };
};

export const suite: Suite = {
  title: 'High resolution: the pyramid of 4 levels, file to file',
  run: async (runs, only) => {
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-highres-'));
    const opened = await openTorch();
    const torch = typeof opened === 'string' ? { name: 'torch', skipped: opened } : opened;
    try {
      const models = await writeModel(join(folder, 'model'));
      const rows: Row[] = [];
      for (const [name, each] of Object.entries(cases))
        if (only === undefined || name.startsWith(only))
          rows.push(await measured(name, each, folder, models, torch, runs));
      const [one, three] = ['one, 2400x2400', 'three, 2400x2400'].map(
        (name) => rows.find((row) => row.name === name)?.figures['engine ms'],
      );
      const ratio = one === undefined || three === undefined ? [] : [three / one];
      return {
        rows,
        notes: [
          'JPEG of quality 92 in and out. PyTorch computes the same network on pixels in memory, without files.',
          ...ratio.map(
            (times) => `An ensemble of three takes ${times.toFixed(2)} times as long in the engine as one.`,
          ),
        ],
      };
    } finally {
      if ('close' in torch && typeof torch.close === 'function') torch.close();
      rmSync(folder, { recursive: true });
    }
  },
};
