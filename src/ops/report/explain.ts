/** What a curve is called and what it tells, for people who train for the first time. */
export interface Explanation {
  readonly title: string;
  readonly about: string;
}

const known: Readonly<Record<string, Explanation>> = {
  generator: {
    title: 'Generator, all together',
    about:
      'The sum that the network which edits your photos works on: everything below, each with its weight. It should fall quickly at first and then slowly. It leaps where the task changes.',
  },
  discriminator: {
    title: 'Discriminator',
    about:
      'How well the judge tells made pictures from real photos. The two play against each other, so this does not fall for good: it should stay between its first value and zero. At zero all the time, the judge has won and the generator learns nothing more from it; then give the adversarial loss less weight.',
  },
  adversarial: {
    title: 'Looks real',
    about:
      'How far the judge is from taking the results for real photos. It goes up and down while both get better: look at the pictures rather than at this.',
  },
  pixel: {
    title: 'Distance from the target',
    about:
      'How far the results are from what they should be, pixel by pixel. The most honest curve of a paired training: lower is better, and level means that it has learned what it can.',
  },
  content: {
    title: 'Edges and textures',
    about:
      'How far edges and textures, from coarse to fine, are from where they should be. Lower keeps the photo’s content.',
  },
  gradient: {
    title: 'Size of the change',
    about:
      'How strongly the losses pull at the generator’s weights at each step. Leaps now and then are normal; a steady rise means that the learning rate is too high.',
  },
  ssim: {
    title: 'Structure',
    about: '1 - SSIM: how far the structure of the results is from the target’s. Lower is better.',
  },
  'ms-ssim': { title: 'Structure at several sizes', about: '1 - MS-SSIM. Lower is better.' },
  fidelity: {
    title: 'True to the input',
    about: 'How far the results are from the photos that went in. It must not be zero, or nothing is edited.',
  },
  identity: {
    title: 'Leaves alone what is right',
    about: 'How much the network changes photos that are as they should be already. Lower is better.',
  },
  cycle: {
    title: 'There and back again',
    about:
      'How far a photo is from itself after it went to the other style and back. Lower means that its content survives.',
  },
  variation: { title: 'Roughness', about: 'Total variation of the results: high is noisy, zero is flat.' },
};

const words = (name: string): string =>
  name.charAt(0).toUpperCase() +
  name
    .slice(1)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

/** Not what every object has, such as `constructor`. */
const knownOf = (name: string): Explanation | undefined =>
  Object.hasOwn(known, name) ? known[name] : undefined;

const judged: Readonly<Record<string, Explanation>> = {
  psnr: {
    title: 'PSNR, in dB',
    about:
      'How near the results are to what they should be, pixel by pixel. Higher is better; 1 dB more is seen when looked for, 3 dB at once.',
  },
  ssim: {
    title: 'SSIM',
    about: 'How far the structure of the results is that of the target: 1 is the same. Higher is better.',
  },
  haarPsi: {
    title: 'HaarPSI',
    about:
      'How alike results and targets look to people, by wavelets (Reisenhofer et al. 2018), without a network: 1 is the same. Higher is better.',
  },
  frechet: {
    title: 'Fréchet distance of patches',
    about:
      'How far tones, colours and the amount of detail of patches are, as a whole, from those of photos that have the look. It is not FID: no network is asked, and it knows nothing of things. Lower is nearer.',
  },
  look: {
    title: 'The look carried over',
    about:
      'The share of the way to the colours of the look that the results have gone, less the structure that is lost and what is clipped. 0 is the photo itself, 1 would be perfect; below 0 the photo is better left alone.',
  },
  colours: {
    title: 'Distance of colours',
    about:
      'How far the mean colours at each height are from those of photos that have the look. Lower is nearer.',
  },
  structure: {
    title: 'Structure kept',
    about: 'How far edges and textures of the photo are still there: 1 is all of them. Higher is better.',
  },
  clipped: {
    title: 'Newly clipped',
    about: 'The share of samples that the edit made black or white. It should stay next to 0.',
  },
};

/** The explanation of a figure of photos that are kept apart. */
export const explainJudged = (name: string): Explanation =>
  Object.hasOwn(judged, name)
    ? judged[name]!
    : { title: words(name), about: 'A figure of photos that are kept apart.' };

/** The explanation of a metric; what ends in `Back` is the same on the way back, from the second domain to the first. */
export const explain = (name: string): Explanation => {
  const found = knownOf(name);
  if (found !== undefined) return found;
  const forth = name.endsWith('Back') ? knownOf(name.slice(0, -4)) : undefined;
  return forth === undefined
    ? { title: words(name), about: 'A figure that the training gives at every step.' }
    : {
        title: `${forth.title}, on the way back`,
        about: 'The same, from the second collection to the first.',
      };
};

export const explainRate: Explanation = {
  title: 'Learning rate',
  about:
    'How large the steps are. It falls along a curve and starts again (dashed lines), so that the training gets out of dead ends; at each of these ends the weights are kept as a snapshot, and their predictions are averaged.',
};
