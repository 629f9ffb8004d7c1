import { newlyClipped } from '../../../picture/measures/clipping.js';
import { differences, psnrOf } from '../../../picture/measures/differences.js';
import { patchDistance } from '../../../picture/measures/frechet.js';
import { gradientSimilarity } from '../../../picture/measures/gradients.js';
import { haarPsi } from '../../../picture/measures/haar-psi.js';
import { meanProfile, type Profile, profileDistance, profileOf } from '../../../picture/measures/heights.js';
import { planesOf } from '../../../picture/measures/planes.js';
import type { Raster } from '../../../picture/measures/raster.js';
import { ssim } from '../../../picture/measures/ssim.js';
import type { HostTensor } from '../../../ports/index.js';

type Figures = Readonly<Record<string, number>>;

/** How good pictures are that were made of photos, and how good the photos are as they are. */
export interface Verdict {
  /** The figure that one result is better than another by: the larger. */
  readonly by: string;
  readonly figures: Figures;
  readonly before: Figures;
  /** How much results differ, beside what they should: 0 where all are one and the same, or flat. */
  readonly variety: number;
}

/** Pictures of one photo, 0..255: what went in, what came out, and what it should have come to, or a photo of the look. */
export interface Judged {
  readonly input: Raster;
  readonly output: Raster;
  readonly target: Raster;
}

/** A picture `[1, height, width, 3]` of a program that gives bytes. */
export const rasterOf = ({ shape, data }: HostTensor<'uint8'>): Raster => ({
  data,
  width: shape[2]!,
  height: shape[1]!,
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const planesIn = ({ data, width, height }: Raster) =>
  planesOf({ width, height, channels: 3, samples: { depth: 'uint8', data } }, 'colour');

/** The largest PSNR: that of equal pictures, which would be infinite. */
const MOST_PSNR = 60;

interface PairFigures {
  readonly psnr: number;
  readonly ssim: number;
  readonly haarPsi: number;
}

const pairFigures = async (of: Raster, target: Raster): Promise<PairFigures> => {
  const [ones, others] = [planesIn(of), planesIn(target)];
  const breathe = async (): Promise<void> => undefined;
  const { mse } = await differences(ones, others, breathe);
  const similar: number[] = [];
  for (const [i, one] of ones.entries()) similar.push(await ssim(one, others[i]!, breathe));
  return { psnr: Math.min(MOST_PSNR, psnrOf(mse)), ssim: mean(similar), haarPsi: haarPsi(of, target) };
};

const spread = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

/** How much pictures differ: from one another at the same height, and each within itself. */
const varietyOf = (pictures: readonly Raster[]): { readonly across: number; readonly within: number } => {
  const profiles = pictures.map(profileOf);
  return {
    across: mean(profiles[0]!.map((_, i) => spread(profiles.map((profile) => profile[i]!)))),
    within: mean(
      pictures.map(({ data }) =>
        spread(Array.from({ length: Math.ceil(data.length / 31) }, (_, i) => data[31 * i]! / 255)),
      ),
    ),
  };
};

/** The variety of pictures as a share of that of others; pictures that hardly differ are no measure. */
const relativeVariety = (made: readonly Raster[], of: readonly Raster[]): number => {
  const [own, other] = [varietyOf(made), varietyOf(of)];
  const share = (one: number, all: number): number => (all < 0.01 ? 1 : one / all);
  return Math.min(share(own.across, other.across), share(own.within, other.within));
};

/** How near results are to their targets, and the photos as they are: PSNR in dB, SSIM, and HaarPSI, which goes by what people see. */
export const pairVerdict = async (judged: readonly Judged[]): Promise<Verdict> => {
  const made: PairFigures[] = [];
  const before: PairFigures[] = [];
  for (const { input, output, target } of judged) {
    made.push(await pairFigures(output, target));
    before.push(await pairFigures(input, target));
  }
  const means = (all: readonly PairFigures[]): Figures => ({
    psnr: mean(all.map(({ psnr }) => psnr)),
    ssim: mean(all.map((each) => each.ssim)),
    haarPsi: mean(all.map((each) => each.haarPsi)),
  });
  return {
    by: 'psnr',
    figures: means(made),
    before: means(before),
    variety: relativeVariety(
      judged.map(({ output }) => output),
      judged.map(({ target }) => target),
    ),
  };
};

const coloursOf = (pictures: readonly Raster[], look: Profile): number =>
  profileDistance(meanProfile(pictures.map(profileOf)), look);

/**
 * How far a look is carried over. `colours`: the distance of the mean colours at each height from those of photos that have the look.
 * `structure`: the SSIM of gradients of result and photo. `clipped`: the share of samples that became black or white. `look` is what they
 * come to: the share of the distance that is gone, less the structure that is lost, less what is clipped; 0 for the photo as it is, 1 for
 * a result that has the look and has lost nothing. `frechet` is how far their patches are from those of the look, as a whole.
 */
export const lookVerdict = (judged: readonly Judged[]): Verdict => {
  const targets = judged.map(({ target }) => target);
  const look = meanProfile(targets.map(profileOf));
  const [inputs, outputs] = [judged.map(({ input }) => input), judged.map(({ output }) => output)];
  const [colours, before] = [coloursOf(outputs, look), coloursOf(inputs, look)];
  const structure = mean(judged.map(({ input, output }) => gradientSimilarity(input, output)));
  const clipped = mean(judged.map(({ input, output }) => newlyClipped(input, output)));
  const closer = 1 - colours / Math.max(before, 1e-3);
  return {
    by: 'look',
    figures: {
      look: closer - (1 - structure) - clipped,
      colours,
      structure,
      clipped,
      frechet: patchDistance(outputs, targets),
    },
    before: {
      look: 0,
      colours: before,
      structure: 1,
      clipped: 0,
      frechet: patchDistance(inputs, targets),
    },
    variety: relativeVariety(outputs, inputs),
  };
};
