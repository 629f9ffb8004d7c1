import * as tf from '../../tensor/tfjs.js';

/** What a discriminator says: a map of logits [N,h,w,1] for each scale. */
export type Logits = readonly tf.Tensor4D[];

/** The two sides of a game between a generator and a discriminator, each a scalar to be made small. */
export interface AdversarialLoss {
  readonly generator: (fake: Logits) => tf.Scalar;
  readonly discriminator: (real: Logits, fake: Logits) => tf.Scalar;
  /** To be added to the discriminator's side; `uniform` are random numbers from 0 to 1, [N,1,1,1], new for each step. */
  readonly penalty?: (
    critic: (pictures: tf.Tensor4D) => Logits,
    real: tf.Tensor4D,
    fake: tf.Tensor4D,
    uniform: tf.Tensor4D,
  ) => tf.Scalar;
}

export interface AdversarialOptions {
  readonly kind: 'lsgan' | 'hinge' | 'wgan-gp';
  /** What the gradient penalty of `wgan-gp` is multiplied by. */
  readonly penalty?: number;
}

const average = (values: readonly tf.Scalar[]): tf.Scalar =>
  tf.div(
    values.reduce((a, b) => tf.add(a, b)),
    values.length,
  );

/** The mean over all logits of a map, then over the maps. */
const mean = (logits: Logits, f: (map: tf.Tensor4D) => tf.Tensor = (x) => x): tf.Scalar =>
  average(logits.map((map) => tf.mean<tf.Scalar>(f(map))));

/** Least squares with targets 1 and 0 (Mao et al.: "Least Squares Generative Adversarial Networks", 2017), as CycleGAN has it. */
const lsgan: AdversarialLoss = {
  generator: (fake) => mean(fake, (x) => tf.square(tf.sub(x, 1))),
  discriminator: (real, fake) =>
    tf.mul(
      tf.add(
        mean(real, (x) => tf.square(tf.sub(x, 1))),
        mean(fake, tf.square),
      ),
      0.5,
    ),
};

/** The hinge loss (Lim, Ye: "Geometric GAN", 2017). */
const hinge: AdversarialLoss = {
  generator: (fake) => tf.neg(mean(fake)),
  discriminator: (real, fake) =>
    tf.add(
      mean(real, (x) => tf.relu(tf.sub(1, x))),
      mean(fake, (x) => tf.relu(tf.add(x, 1))),
    ),
};

// Keeps the gradient of the norm finite where the critic is flat.
const TINY = 1e-12;

/**
 * The gradient penalty of Gulrajani et al. ("Improved Training of Wasserstein GANs", 2017): the mean over the batch of
 * (‖∇D(x)‖ − 1)², x lying at random between a real picture and a false one, and D being the mean of the picture's logits,
 * which is what the critic's loss averages.
 */
const gradientPenalty: NonNullable<AdversarialLoss['penalty']> = (critic, real, fake, uniform) => {
  const between = tf.add(fake, tf.mul(uniform, tf.sub(real, fake)));
  // Pictures do not see each other, so the slope of the sum holds each picture's own.
  const slopes = tf.grad((x: tf.Tensor) => tf.mul(mean(critic(x as tf.Tensor4D)), real.shape[0]))(between);
  const norms = tf.sqrt(tf.add(tf.sum(tf.square(slopes), [1, 2, 3]), TINY));
  return tf.mean<tf.Scalar>(tf.square(tf.sub(norms, 1)));
};

const wassersteinWith = (weight: number): AdversarialLoss => ({
  generator: (fake) => tf.neg(mean(fake)),
  discriminator: (real, fake) => tf.sub(mean(fake), mean(real)),
  penalty: (...given) => tf.mul(gradientPenalty(...given), weight),
});

/** An adversarial loss by its name. Default: the penalty of `wgan-gp` weighs 10, as in its paper. */
export const adversarial = ({ kind, penalty = 10 }: AdversarialOptions): AdversarialLoss => {
  switch (kind) {
    case 'lsgan':
      return lsgan;
    case 'hinge':
      return hinge;
    case 'wgan-gp':
      return wassersteinWith(penalty);
  }
};
