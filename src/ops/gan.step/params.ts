import { generatorOptions } from '../../nn/generators/spec.js';
import { partsOf } from '../../nn/parts/catalogue.js';
import {
  boolean,
  type Decoded,
  defaulted,
  type Fields,
  integer,
  number,
  oneOf,
  optional,
  path,
  record,
  required,
  streamName,
  tagged,
} from '../../operator/params/index.js';
import type { AnyPart, PartKind } from '../../operator/part.js';
import { withOwnTerms } from './own-terms.js';

const { grid, pyramid, resnet, restorer, shrinkage } = generatorOptions;

/** Networks that make pictures. */
const generators = {
  grid: record({
    cells: defaulted(integer(grid.cells), 16, 'Cells along a side of the grid of colour transforms'),
    depth: defaulted(integer(grid.depth), 8, 'Cells in depth, which the guide chooses between'),
    width: defaulted(integer(grid.width), 32, 'Channels of the first layer'),
    guide: defaulted(integer(grid.guide), 8, 'Segments of each channel’s curve in the guide'),
    light: defaulted(
      boolean,
      false,
      'The network also sees logarithms of the light and how it is distributed, and sets an exposure for the whole frame',
    ),
  }),
  pyramid: record({
    levels: defaulted(integer(pyramid.levels), 3, 'Times that the picture is halved'),
    lowBlocks: defaulted(integer(pyramid.lowBlocks), 5, 'Residual blocks of the low branch'),
    highBlocks: defaulted(integer(pyramid.highBlocks), 3, 'Residual blocks of the high branch'),
    width: defaulted(integer(pyramid.width), 64, 'Channels inside'),
    norm: defaulted(
      boolean,
      true,
      'Normalise what the low branch sees, as published; not where light is the task',
    ),
    dark: defaulted(boolean, false, 'The low branch also sees the dark channel, which tells haze'),
    context: defaulted(boolean, false, 'The low branch knows the mean and the extremes of the whole frame'),
    scattering: defaulted(
      boolean,
      false,
      'The low branch inverts the scattering model of haze: it learns the airlight and a gain of each pixel',
    ),
  }),
  resnet: record({
    blocks: defaulted(integer(resnet.blocks), 9, 'Residual blocks'),
    width: defaulted(integer(resnet.width), 64, 'Channels of the first layer'),
  }),
  restorer: record({
    unshuffle: defaulted(integer(restorer.unshuffle), 2, 'Side of the squares of pixels that enter as one'),
    levels: defaulted(integer(restorer.levels), 3, 'Times that the picture is halved after that'),
    blocks: defaulted(integer(restorer.blocks), 1, 'Blocks of each level, down and up'),
    middleBlocks: defaulted(integer(restorer.middleBlocks), 2, 'Blocks of the deepest level'),
    width: defaulted(integer(restorer.width), 16, 'Channels of the first level'),
  }),
  shrinkage: record({
    blocks: defaulted(integer(shrinkage.blocks), 3, 'Residual blocks that look at brightness'),
    chromaBlocks: defaulted(integer(shrinkage.chromaBlocks), 2, 'Residual blocks that look at colours'),
    width: defaulted(integer(shrinkage.width), 64, 'Channels inside those of brightness'),
    chromaWidth: defaulted(integer(shrinkage.chromaWidth), 32, 'Channels inside those of colours'),
  }),
};

/** Networks that tell made pictures from photos. */
const discriminators = {
  patch: record({
    layers: defaulted(integer({ min: 1, max: 6 }), 3, 'Layers that halve; 3 see 70x70 pixels'),
    width: defaulted(integer({ min: 1, max: 512 }), 64, 'Channels of the first layer'),
  }),
  pyramid: record({
    scales: defaulted(integer({ min: 1, max: 5 }), 3, 'Sizes of the picture that are looked at'),
    width: defaulted(integer({ min: 1, max: 512 }), 16, 'Channels of the first layer'),
  }),
  views: record({
    layers: defaulted(integer({ min: 1, max: 6 }), 3, 'Layers of each view that halve'),
    width: defaulted(integer({ min: 1, max: 512 }), 32, 'Channels of the first layer'),
  }),
};

const weight = number({ min: 0 });
const term = (about: string) => defaulted(weight, 0, about);

/** What counts how much. */
const lossFields = {
  adversarial: defaulted(
    record(
      {
        weight: required(weight, 'How much it counts'),
        kind: defaulted(
          oneOf('lsgan', 'hinge', 'wgan-gp'),
          'lsgan',
          'How verdicts become a loss: least squares (Mao et al. 2017), hinge (Lim, Ye 2017), Wasserstein with a gradient penalty (Gulrajani et al. 2017)',
        ),
        penalty: defaulted(weight, 10, 'Weight of the gradient penalty of wgan-gp'),
        after: defaulted(
          integer({ min: 0 }),
          0,
          'Steps of the schedule before it begins to count; only of pairs',
        ),
      },
      'weight',
    ),
    1,
    'How real the results look to the discriminator',
  ),
  pixel: defaulted(
    record(
      {
        weight: required(weight, 'How much it counts'),
        kind: defaulted(
          oneOf('l1', 'charbonnier', 'mse'),
          'charbonnier',
          'How pixels are compared; charbonnier is l1 without a kink at 0 (Lai et al. 2017)',
        ),
      },
      'weight',
    ),
    0,
    'Distance from the target',
  ),
  content: term('Distance of Laplacian pyramids: edges and textures (Bojanowski et al. 2018)'),
  gradient: term('Distance of gradients: edges (Mathieu et al. 2016)'),
  ssim: term('1 - SSIM (Wang et al. 2004)'),
  msSsim: term('1 - SSIM over several scales (Wang et al. 2003)'),
  patchNce: term(
    'How well patches of the result know their places in the photo (PatchNCE, Park et al. 2020); 64 pixels and more',
  ),
  fidelity: term('Distance of the result from the input (Liang et al. 2021)'),
  identity: term('Distance of what becomes of a photo that is of the target domain already from itself'),
  cycle: term(
    'Distance of a photo from itself there and back again (CycleGAN, Zhu et al. 2017); asks for unpaired photos',
  ),
  variation: term('Total variation of the result (Rudin et al. 1992)'),
  structure: term('1 - SSIM of the strengths of gradients, whatever the light (Chen et al. 2006)'),
  range: term('How far values go beyond black and white'),
  neutral: term('Colour that whites and light greys take on'),
  whites: term('How dark whites of the photo become'),
  heights: term('Distance of the mean colours at each height from those of the look'),
  smooth: term('Differences between neighbouring cells of the generator’s grid'),
};

const beta = number({ min: 0, max: 0.99999 });

/** How gradients change weights. */
const optimisers = {
  adamw: record({
    rate: defaulted(number({ min: 0, max: 1 }), 2e-4, 'Largest learning rate'),
    discriminatorRate: optional(number({ min: 0, max: 1 }), 'That of the discriminator, if it is another'),
    decay: defaulted(number({ min: 0, max: 1 }), 0, 'Normalised weight decay'),
    beta1: defaulted(beta, 0.9, 'How slowly the mean gradient forgets'),
    beta2: defaulted(beta, 0.99, 'How slowly the mean square forgets'),
  }),
};

const steps = required(integer({ min: 1 }), 'Steps of the training');
const floor = defaulted(number({ min: 0, max: 1 }), 0, 'Where the rate ends, as a share of the largest');

/** How the learning rate goes. */
const schedules = {
  restarts: record({
    first: required(integer({ min: 1 }), 'Steps of the first cycle'),
    factor: defaulted(number({ min: 1, max: 10 }), 2, 'How many times as long each further cycle is'),
    cycles: defaulted(integer({ min: 1, max: 100 }), 3, 'Cycles'),
    floor,
  }),
  cosine: record({ steps, floor }, 'steps'),
  step: record({
    steps,
    every: required(integer({ min: 1 }), 'Steps between two falls'),
    factor: defaulted(number({ min: 0, max: 1 }), 0.5, 'What the rate is multiplied by'),
  }),
  constant: record({ steps }, 'steps'),
};

/** The names that are taken, by the kinds of parts that plugins may add. */
export const taken = {
  generator: Object.keys(generators),
  discriminator: Object.keys(discriminators),
  loss: Object.keys(lossFields),
  optimiser: Object.keys(optimisers),
  schedule: Object.keys(schedules),
} as const satisfies Record<PartKind, readonly string[]>;

/** All parameters of `gan.step`, with parts of plugins among what can be named. */
export const fieldsWith = (parts: readonly AnyPart[]) =>
  ({
    generator: required(
      tagged(generators, partsOf(parts, 'generator')),
      'The network that makes pictures: grid of colour transforms (HDRNet, Gharbi et al. 2017), pyramid (LPTN, Liang et al. 2021), resnet (CycleGAN, Zhu et al. 2017), restorer (NAFNet, Chen et al. 2022), shrinkage of cosine coefficients (Foi et al. 2007)',
    ),
    start: optional(
      path('weights'),
      'A trained model to start from, or the folder of a training: what fits of its generator is taken over, all else is new',
    ),
    discriminator: defaulted(
      tagged(discriminators, partsOf(parts, 'discriminator')),
      'patch',
      'The network that judges them: patch (PatchGAN, Isola et al. 2017), pyramid (Liang et al. 2021), two views by patch discriminators',
    ),
    losses: defaulted(record(withOwnTerms(lossFields, partsOf(parts, 'loss'))), {}, 'What counts how much'),
    optimizer: defaulted(
      tagged(optimisers, partsOf(parts, 'optimiser')),
      'adamw',
      'How gradients change weights: Adam with decay apart from the gradient (Loshchilov, Hutter 2019)',
    ),
    schedule: required(
      tagged(schedules, partsOf(parts, 'schedule')),
      'How the learning rate goes, and for how many steps: restarts are warm (SGDR, Loshchilov, Hutter 2017)',
    ),
    pretrain: defaulted(
      record({ steps: required(integer({ min: 0 }), 'Steps of it') }, 'steps'),
      0,
      'Initial training: give natural photos back, before the task itself',
    ),
    average: defaulted(
      number({ min: 0, max: 0.99999 }),
      0,
      'Share of a running average of the generator’s weights that stays at each step; 0 uses the weights themselves',
    ),
    clip: optional(
      number({ min: 1e-6 }),
      'Largest norm of the generator’s gradients together (Pascanu et al. 2013)',
    ),
    accumulate: defaulted(
      integer({ min: 1, max: 1024 }),
      1,
      'Equal parts that a batch is learned from in, one after the other: the gradient is that of the whole batch, and memory is taken for a part of it',
    ),
    validate: optional(
      record(
        {
          on: required(
            streamName,
            'A stream of photos that are not learned from, prepared as those that are: pairs, or unpaired photos',
          ),
          every: defaulted(
            integer({ min: 1 }),
            100,
            'Steps between two looks; also at the end of each cycle',
          ),
          photos: defaulted(integer({ min: 1, max: 256 }), 16, 'The first so many of the stream'),
        },
        'on',
      ),
      'Judge the result by photos that are kept apart: PSNR and SSIM of pairs; of looks the colours at each height, the structure and what is clipped',
    ),
    stop: optional(
      record(
        { patience: required(integer({ min: 1 }), 'Looks of `validate` in a row without a better result') },
        'patience',
      ),
      'End before the schedule does, when nothing better comes any more',
    ),
    pool: optional(
      integer({ min: 0, max: 1000 }),
      'Earlier results that the discriminator is shown again (Shrivastava et al. 2017); 50 with `cycle`, else none',
    ),
  }) satisfies Fields;

export type Params = Decoded<ReturnType<typeof fieldsWith>>;
