import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { patch } from '../../src/nn/discriminators/index.js';
import { grid, pyramid, resnet, shrinkage } from '../../src/nn/generators/index.js';
import { initialise } from '../../src/nn/initialise.js';
import type { Network } from '../../src/nn/network.js';
import { adamWOptimiser } from '../../src/nn/optimisers/optimiser.js';
import { cycle } from '../../src/nn/training/cycle.js';
import type { Objective } from '../../src/nn/training/objective.js';
import { paired } from '../../src/nn/training/paired.js';
import { adversarialStep, type StepInputs, type StepOptions } from '../../src/nn/training/step.js';
import type { LossWeights } from '../../src/nn/training/weights.js';
import { type HostOf, jit } from '../../src/tensor/index.js';
import { type Busy, busyOf } from '../busy.js';
import { median, type Row, sideBySide } from '../measure.js';
import { openTorch } from '../peer.js';
import type { Suite } from '../suite.js';
import { must, noise, scalar, zeros } from '../tensors.js';

const OPTIMISER = adamWOptimiser({ decay: 0, betas: [0.5, 0.999], epsilon: 1e-8 });

const NOTHING: LossWeights = {
  adversarial: { weight: 0, kind: 'lsgan', penalty: 10 },
  pixel: { weight: 0, kind: 'l1' },
  content: 0,
  gradient: 0,
  ssim: 0,
  msSsim: 0,
  patchNce: 0,
  fidelity: 0,
  identity: 0,
  cycle: 0,
  variation: 0,
  structure: 0,
  range: 0,
  neutral: 0,
  whites: 0,
  heights: 0,
  smooth: 0,
};

/** What a step does beside the usual. */
interface Settings extends Partial<Pick<StepOptions, 'average' | 'clip'>> {
  /** Numbers that the generator is told of each picture. */
  readonly told?: number;
}

/** A step of a training, taken again and again from where the one before ended. */
const stepping = (
  objective: Objective,
  examples: Readonly<Record<string, readonly number[]>>,
  { told, ...options }: Settings = {},
) => {
  const step = adversarialStep(objective, { optimiser: OPTIMISER, average: 0, ...options });
  const run = jit(step, { name: 'step', cache: 1 });
  const networks = Object.entries({ ...objective.networks.generators, ...objective.networks.discriminators });
  const each = <A>(f: (network: Pick<Network, 'parameters'>, seed: number) => A): Record<string, A> =>
    Object.fromEntries(networks.map(([name, network], i) => [name, f(network as Network, i)]));
  const empty = each(({ parameters }) =>
    Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape)])),
  );
  const stepScalars = {
    rate: scalar(2e-4),
    weightDecay: scalar(0),
    firstBiasCorrection: scalar(0.5),
    secondBiasCorrection: scalar(1e-3),
  };
  const batch = Object.values(examples)[0]![0]!;
  const average = options.average === undefined ? {} : { generator: empty.generator };
  let state = { weights: each(initialise), first: empty, second: empty, average };
  const given = {
    examples: Object.fromEntries(Object.entries(examples).map(([name, shape]) => [name, noise(shape, 0.9)])),
    ...(told !== undefined && { quantisation: noise([batch, told], 0.5) }),
    control: { generators: stepScalars, discriminators: stepScalars },
    earlier: {},
    mix: noise([batch, 1, 1, 1]),
  };
  return async (): Promise<void> => {
    state = must(await run({ ...given, state } as unknown as HostOf<StepInputs>)()).state as typeof state;
  };
};

const cases: Readonly<Record<string, () => () => Promise<void>>> = {
  'cyclegan-256': () => {
    const weights: LossWeights = {
      ...NOTHING,
      adversarial: { weight: 1, kind: 'lsgan', penalty: 10 },
      cycle: 10,
      identity: 5,
    };
    const shape = [1, 256, 256, 3];
    return stepping(cycle(resnet(), patch(), weights), { a: shape, b: shape });
  },
  'dehaze-4x256': () => {
    const weights: LossWeights = {
      ...NOTHING,
      adversarial: { weight: 0.1, kind: 'lsgan', penalty: 10 },
      pixel: { weight: 20, kind: 'mse' },
      content: 1,
    };
    const shape = [4, 256, 256, 3];
    return stepping(
      paired(
        pyramid({ levels: 4, width: 32, highBlocks: 2, norm: 0, dark: 1, context: 1, scattering: 1 }),
        patch({ width: 32 }),
        weights,
      ),
      { from: shape, to: shape },
    );
  },
  'grid-8x64': () => {
    const weights: LossWeights = { ...NOTHING, pixel: { weight: 1, kind: 'l1' }, smooth: 0.05, whites: 0.5 };
    const shape = [8, 64, 64, 3];
    const generator = grid({ cells: 8, width: 32, light: 1 });
    return stepping(paired(generator, patch(), weights), { from: shape, to: shape }, { average: 0.995 });
  },
  'restorer-4x96': () => {
    const weights: LossWeights = { ...NOTHING, pixel: { weight: 1, kind: 'l1' } };
    const shape = [4, 96, 96, 3];
    const settings = { average: 0.995, clip: 1, told: 129 };
    return stepping(paired(shrinkage(), patch(), weights), { from: shape, to: shape }, settings);
  },
};

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BUSY_STEPS = 40;
const PHOTOS = folder('../shared/photos/clear/cid22');

/** Short runs of the example, photos read, cropped, varied and put into haze meanwhile: the median of each figure. */
const busy = async (runs: number): Promise<Row> => {
  const taken: Busy[] = [];
  for (let i = 0; i < runs; i++)
    taken.push(await busyOf(folder('examples/train-dehaze.yaml'), PHOTOS, BUSY_STEPS));
  const middle = (figure: keyof Busy): number => median(taken.map((each) => each[figure]));
  return {
    name: 'busy',
    ms: middle('ms'),
    peers: {},
    ratios: {},
    figures: { '% in steps': 100 * middle('stepping'), '% busy': 100 * middle('working') },
    skipped: {},
  };
};

export const suite: Suite = {
  title: 'Training steps',
  cases: [...Object.keys(cases), 'busy'],
  run: async (runs, only, measure) => {
    const opened = await openTorch();
    const torch = typeof opened === 'string' ? { name: 'torch', skipped: opened } : opened;
    const rows: Row[] = [];
    for (const [name, make] of Object.entries(cases)) {
      if (only === undefined || name.includes(only))
        rows.push(await measure(name, () => sideBySide(name, make(), [torch], runs)));
    }
    if (typeof opened !== 'string') opened.close();
    if (existsSync(PHOTOS) && (only === undefined || 'busy'.includes(only)))
      rows.push(await measure('busy', () => busy(runs)));
    return {
      rows,
      notes: [
        '`cyclegan-256`: two generators of nine blocks and two 70x70 discriminators, one photo of 256x256 of each domain; least squares, cycle and identity losses, Adam. `dehaze-4x256`: the step of examples/train-dehaze.yaml, four pairs of 256x256. `grid-8x64`: that of examples/train-exposure.yaml, eight pairs of 64x64. `restorer-4x96`: that of examples/train-dejpeg.yaml (the generator `shrinkage`), four pairs of 96x96 with their tables.',
        'A step is the whole of it: all losses, gradients and updates, weights and moments copied to the engine and back. PyTorch holds them in place and updates the discriminators after the generators, which asks them once more; beyond the border of a branch it sees zeros, which are no work.',
        `\`busy\`: \`pipe run examples/train-dehaze.yaml\` for ${BUSY_STEPS} steps, ${runs} times, on photos of 512x512: milliseconds from step to step, the share of that time in which the engine takes a step, and the share in which it does anything at all.`,
        'Published for the step of four patches: 1.4 s on a Titan Xp, 20.0 s on 18 cores.',
        ...(typeof opened === 'string' ? [`torch was left out: ${opened}.`] : []),
      ],
    };
  },
};
