import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '../../src/image/index.js';
import { generatorOf } from '../../src/nn/generators/index.js';
import { ensembleOn, type Wanted } from '../../src/nn/inference/apply.js';
import { loadEnsemble } from '../../src/nn/inference/loading/load.js';
import { initialise } from '../../src/nn/initialise.js';
import { addSnapshot } from '../../src/nn/models/index.js';
import type { Frame, NetworkSpec } from '../../src/ports/index.js';
import { contextFor } from '../../src/testing/run/context.js';
import { photoOf } from '../photo.js';
import { must } from '../tensors.js';

/** An edit of one photo from file to file. */
export interface Case {
  readonly network: keyof typeof networks;
  readonly width: number;
  readonly height: number;
  readonly members: number;
  readonly wrap: Wanted['wrap'];
  /** Bytes that it may take. Default: 2.5 GiB. */
  readonly memory?: number;
  /** The case of the same work in PyTorch, the pixels of a photo in and out. */
  readonly torch?: string;
  /** The case that it is to be compared with, which then takes turns with it. */
  readonly beside?: string;
  /** True for one that takes so long that it is run once. */
  readonly once?: boolean;
}

const networks = {
  pyramid: { kind: 'pyramid', options: { levels: 4 } },
  resnet: { kind: 'resnet', options: {} },
} as const satisfies Readonly<Record<string, NetworkSpec>>;

const pyramid = { network: 'pyramid', members: 1, wrap: 'none' } as const;
const square = { ...pyramid, width: 2400, height: 2400 } as const;

export const cases: Readonly<Record<string, Case>> = {
  'one, 2400x2400': { ...square, torch: 'pyramid-photo' },
  'three, 2400x2400': { ...square, members: 3, beside: 'one, 2400x2400' },
  'one, 2400x2400 in 400 MB': { ...square, memory: 400e6 },
  'one, 4096x2048, sphere': { ...pyramid, width: 4096, height: 2048, wrap: 'sphere' },
  'one, 6000x4000': { ...pyramid, width: 6000, height: 4000, beside: 'one, 2400x2400' },
  'ResNet-9, 2400x2400 in tiles': {
    ...square,
    network: 'resnet',
    memory: 3.5e9,
    torch: 'resnet-photo',
    once: true,
  },
};

/** A model of three snapshots, as they start: what weights say does not change the time. */
export const models = async (folder: string, network: Case['network']): Promise<string> => {
  const path = join(folder, network);
  if (existsSync(path)) return path;
  const spec: NetworkSpec = networks[network];
  for (const step of [1, 2, 3])
    must(await addSnapshot(path, spec, initialise(generatorOf(spec)!, step), { step, cycle: step })());
  return path;
};

/** Writes a photo of that size. */
export const writePhoto = async (path: string, width: number, height: number): Promise<string> => {
  writeFileSync(path, await photoOf(width, height));
  return path;
};

type Part = 'decode' | 'engine' | 'encode';

/** What edits a case's photo from file to file, and what the parts of each run took, in milliseconds. */
export const fileToFile = async (
  each: Case,
  folder: string,
): Promise<{ readonly run: () => Promise<void>; readonly parts: Readonly<Record<Part, number[]>> }> => {
  const path = await writePhoto(join(folder, 'photo.jpg'), each.width, each.height);
  const ensemble = must(
    await loadEnsemble({
      models: await models(folder, each.network),
      members: each.members,
      average: 'predictions',
      trust: 0,
      output: 'picture',
    })(),
  );
  const wanted: Wanted = {
    strength: 1,
    trust: 0,
    output: 'picture',
    grey: 'keep',
    wrap: each.wrap,
    certify: false,
  };
  const edit = ensembleOn(wanted, { ...contextFor(), memory: each.memory ?? 2.5 * 2 ** 30 }, ensemble);
  const key = { path: 'photo.jpg', index: 0, epoch: 0 };
  const parts: Record<Part, number[]> = { decode: [], engine: [], encode: [] };
  const timed = async <A>(part: Part, f: () => Promise<A>): Promise<A> => {
    const start = performance.now();
    const result = await f();
    parts[part].push(performance.now() - start);
    return result;
  };
  const run = async (): Promise<void> => {
    const { frame } = await timed('decode', async () => must(await decode({ path })()));
    const made: Frame = await timed('engine', async () =>
      must(await edit({ key, value: frame }, new AbortController().signal)()),
    );
    const encoded = await timed('encode', async () =>
      must(await encode(made, { format: 'jpeg', quality: 92 })()),
    );
    writeFileSync(join(folder, 'edited.jpg'), encoded.bytes);
  };
  return { run, parts };
};
