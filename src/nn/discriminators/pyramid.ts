import { instanceNorm, resize2d } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import { type Discriminator, type ParameterSpecs, type Parameters, parameter } from '../network.js';

export interface PyramidDiscriminatorOptions {
  /** Scales that it looks at: the picture, its half, its quarter …; each has a network of its own. */
  readonly scales?: number;
  /** Channels of the first layer; the last one has eight times as many. */
  readonly width?: number;
  /** Side that every picture is resized to, a multiple of 32. */
  readonly size?: number;
}

const SLOPE = 0.2;
/** Channels of the five convolutions that halve, as multiples of the first one's. */
const MULTIPLES = [1, 2, 4, 8, 8] as const;

const names = (scale: number): readonly string[] => MULTIPLES.map((_, i) => `scale${scale}.layer${i + 1}`);

const scaleSpecs = (scale: number, width: number, size: number): ParameterSpecs => ({
  ...Object.assign(
    {},
    ...names(scale).map((name, i) =>
      convolution(name, 3, [i === 0 ? 3 : width * MULTIPLES[i - 1]!, width * MULTIPLES[i]!], fanIn),
    ),
  ),
  [`scale${scale}.norm.scale`]: { shape: [width], start: { constant: 1 } },
  [`scale${scale}.norm.offset`]: { shape: [width], start: { constant: 0 } },
  ...convolution(`scale${scale}.last`, size / 32, [8 * width, 1], fanIn),
});

/**
 * LPTN's discriminator (Liang, Zeng, Zhang: "High-Resolution Photorealistic Image Translation in Real-Time: A Laplacian
 * Pyramid Translation Network", 2021): three networks of one form look at the picture, its half and its quarter, each
 * resized to 256x256, and give one logit [N,1,1,1] each. With one scale it is what the authors' released training uses.
 */
export const pyramid = ({
  scales = 3,
  width = 16,
  size = 256,
}: PyramidDiscriminatorOptions = {}): Discriminator => {
  const list = Array.from({ length: scales }, (_, i) => i + 1);
  return {
    parameters: Object.assign({}, ...list.map((scale) => scaleSpecs(scale, width, size))),
    apply: (p, pictures) =>
      list.map((scale) => {
        const smaller = Array.from({ length: scale - 1 }).reduce<tf.Tensor4D>(
          (x) => tf.avgPool(x, 3, 2, 1),
          pictures,
        );
        return judge(p, scale, resize2d(smaller, [size, size]));
      }),
  };
};

const judge = (p: Parameters, scale: number, pictures: tf.Tensor4D): tf.Tensor4D => {
  const prefix = `scale${scale}`;
  const normed = (x: tf.Tensor4D): tf.Tensor4D =>
    instanceNorm(x, parameter(p, `${prefix}.norm.scale`), parameter(p, `${prefix}.norm.offset`));
  const features = names(scale).reduce((x, name, i) => {
    const y = tf.leakyRelu(convolve(p, name, x, { stride: 2, pad: 1 }), SLOPE);
    return i === 0 ? normed(y) : y;
  }, pictures);
  return convolve(p, `${prefix}.last`, features, { pad: 'valid' });
};
