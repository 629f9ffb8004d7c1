import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { cutOut } from '../../src/image/index.js';
import { defineOp, type Frame, param, port } from '../../src/index.js';
import { operate } from '../../src/streams/index.js';

type Change = (value: number, index: number) => number;

/** A frame with every sample changed, in the same depth, as the typed array rounds and wraps it. */
const mapped = (frame: Frame, change: Change): Frame => {
  const data = frame.samples.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = change(data[i] as number, i);
  return { ...frame, samples: { ...frame.samples, data } as Frame['samples'] };
};

const white = ({ samples: { depth } }: Frame): number =>
  depth === 'uint8' ? 255 : depth === 'uint16' ? 65535 : 1;

/** Whole levels where samples are whole. */
const rounded = ({ samples: { depth } }: Frame, level: number): number =>
  depth === 'float32' ? level : Math.round(level);

const frameToFrame = { input: port.frame, output: port.frame } as const;

const half = {
  width: (width: number) => Math.max(1, width - 2),
  centre: (width: number) => (width < 3 ? 0 : 1),
};

/** Takes a column off on both sides; right but for where it begins. */
const border = (name: string, begin: (width: number) => number, given: (width: number) => number) =>
  defineOp({
    name,
    about: 'Take a column off on both sides',
    params: {},
    ...frameToFrame,
    shape: (_, picture) => E.right({ ...picture, width: half.width(picture.width) }),
    laws: { equivariant: (_, { width }) => (width === 2 ? ['flip-y'] : ['flip-x', 'flip-y']) },
    map:
      () =>
      ({ value }) =>
        TE.right(
          cutOut(
            value,
            { left: begin(value.width), top: 0, width: given(value.width), height: value.height },
            'edge',
          ),
        ),
  });

/** Twins of the faulty operators that are right: what is rejected is rejected for its fault. */
export const sound = {
  border: border('border', half.centre, half.width),
  negative: defineOp({
    name: 'negative',
    about: 'Turn light into dark',
    params: {},
    ...frameToFrame,
    laws: {
      range: () => [0, 1],
      receptiveRadius: () => 0,
      equivariant: () => ['flip-x', 'rotate-90', 'shift-x'],
    },
    map:
      () =>
      ({ value }) =>
        TE.right(mapped(value, (level) => white(value) - level)),
  }),
  grain: defineOp({
    name: 'grain',
    about: 'Make a picture a little brighter or darker, each in its own way',
    params: { amount: param.defaulted(param.number({ min: 0, max: 0.2 }), 0.1, 'How much') },
    ...frameToFrame,
    random: () => true,
    laws: { identity: { amount: 0 } },
    tensor: {
      inputs: ({ amount }, random) => ({
        lift: { dtype: 'float32', shape: [], data: Float32Array.of(random.uniform('lift', -amount, amount)) },
      }),
      program:
        (tf) =>
        (picture, { lift }) =>
          tf.add(picture, lift!),
    },
  }),
  soften: defineOp({
    name: 'soften',
    about: 'Soften a picture',
    params: {},
    ...frameToFrame,
    laws: { receptiveRadius: () => 1, equivariant: () => ['flip-x', 'flip-y', 'rotate-90'] },
    tensor: {
      program: (tf) => (picture) =>
        tf.squeeze(
          tf.avgPool(tf.expandDims<import('../../src/tensor/tfjs.js').Tensor4D>(picture), 3, 1, 'same'),
          [0],
        ),
    },
  }),
} as const;

const swap = operate<unknown, unknown>(async function* (source) {
  let held: unknown;
  for await (const item of source) {
    if (held === undefined) held = item;
    else {
      yield item;
      yield held;
      held = undefined;
    }
  }
  if (held !== undefined) yield held;
});

const meanOf = (frames: readonly Frame[]): number => {
  const values = frames.flatMap((frame) => Array.from(frame.samples.data, (value) => value / white(frame)));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};

/** Operators with one fault each, of the kind that people make. */
export const faulty = {
  'off-by-one crop: begins a column late': border(
    'border-late',
    (width) => half.centre(width) + 1,
    half.width,
  ),
  'off-by-one crop: a column too many': border('border-wide', half.centre, (width) => half.width(width) + 1),
  'global random': defineOp({
    name: 'global-grain',
    about: 'Add grain',
    params: {},
    ...frameToFrame,
    random: () => true,
    map:
      () =>
      ({ value }) =>
        TE.right(
          mapped(value, (level) =>
            Math.max(0, Math.min(white(value), level + (Math.random() - 0.5) * 0.2 * white(value))),
          ),
        ),
  }),
  'NaN on black': defineOp({
    name: 'stretch',
    about: 'Make the brightest channel of a pixel white',
    params: {},
    ...frameToFrame,
    tensor: { program: (tf) => (picture) => tf.div(picture, tf.max(picture, 2, true)) },
  }),
  'in-place change': defineOp({
    name: 'negative-in-place',
    about: 'Turn light into dark',
    params: {},
    ...frameToFrame,
    map:
      () =>
      ({ value }) => {
        const { data } = value.samples;
        for (let i = 0; i < data.length; i++) data[i] = white(value) - (data[i] as number);
        return TE.right(value);
      },
  }),
  'batch leakage: by the mean of the batch': defineOp({
    name: 'centre-batch',
    about: 'Take the mean brightness off',
    params: {},
    input: port.batch(port.frame),
    output: port.batch(port.frame),
    map:
      () =>
      ({ value: { items } }) => {
        const mean = meanOf(items.map(({ value }) => value));
        return TE.right({
          items: items.map(({ key, value }) => ({
            key,
            value: mapped(value, (level) => Math.max(0, level - (mean / 2) * white(value))),
          })),
        });
      },
  }),
  'batch leakage: by what was seen before': defineOp({
    name: 'level-seen',
    about: 'Make the brightest seen so far white',
    params: {},
    ...frameToFrame,
    map: () => {
      let brightest = 0.01;
      return ({ value }) => {
        brightest = Math.max(brightest, ...Array.from(value.samples.data, (level) => level / white(value)));
        return TE.right(mapped(value, (level) => rounded(value, level / brightest)));
      };
    },
  }),
  'range overflow: wraps around': defineOp({
    name: 'brighten-wrapping',
    about: 'Make a picture brighter by a fifth',
    params: {},
    ...frameToFrame,
    map:
      () =>
      ({ value }) =>
        TE.right(mapped(value, (level) => level * 1.2)),
  }),
  'range overflow: beyond what it declares': defineOp({
    name: 'contrast-beyond',
    about: 'Double the contrast',
    params: {},
    ...frameToFrame,
    laws: { range: () => [0, 1] },
    tensor: {
      pointwise: () => true,
      program: (tf) => (picture) => tf.add(tf.mul(tf.sub(picture, 0.5), 2), 0.5),
    },
  }),
  'wrong at 1-pixel size': defineOp({
    name: 'fade',
    about: 'Fade a picture out to the right',
    params: {},
    ...frameToFrame,
    tensor: {
      program:
        (tf, _, { width }) =>
        (picture) =>
          tf.mul(
            picture,
            tf.sub(
              1,
              tf.tensor3d(
                Array.from({ length: width }, (__, x) => x / (width - 1)),
                [1, width, 1],
              ),
            ),
          ),
    },
  }),
  'metadata dropped': defineOp({
    name: 'forget',
    about: 'Turn light into dark',
    params: {},
    ...frameToFrame,
    map:
      () =>
      ({ value }) => {
        const { width, height, channels, samples } = mapped(value, (level) => white(value) - level);
        const { bits, model } = value.metadata;
        return TE.right({
          width,
          height,
          channels,
          samples,
          ...(value.alpha && { alpha: value.alpha }),
          metadata: { bits, model, orientation: 1, pages: 1, palette: false },
        });
      },
  }),
  'order swapped': defineOp({
    name: 'swap',
    about: 'Hand items on',
    params: {},
    input: port.variable('item'),
    output: port.variable('item'),
    flow: () => (items) => swap(items) as never,
  }),
  'not tile-safe': defineOp({
    name: 'soften-more',
    about: 'Soften a picture',
    params: {},
    ...frameToFrame,
    laws: { receptiveRadius: () => 1 },
    tensor: {
      program: (tf) => (picture) =>
        tf.squeeze(
          tf.avgPool(tf.expandDims<import('../../src/tensor/tfjs.js').Tensor4D>(picture), 5, 1, 'same'),
          [0],
        ),
    },
  }),
} as const;

/** The law that each of them breaks first. */
export const breaks: Readonly<Record<keyof typeof faulty, readonly string[]>> = {
  'off-by-one crop: begins a column late': ['commutes with declared movements'],
  'off-by-one crop: a column too many': ['makes pictures of the declared size'],
  'global random': ['same input, same output'],
  'NaN on black': ['gives numbers', 'is the same at every depth'],
  'in-place change': ['leaves its input alone'],
  'batch leakage: by the mean of the batch': ['treats the members of a batch one by one'],
  'batch leakage: by what was seen before': ['treats items one by one'],
  'range overflow: wraps around': ['is the same at every depth'],
  'range overflow: beyond what it declares': ['stays within the declared range'],
  'wrong at 1-pixel size': ['gives numbers', 'is the same at every depth'],
  'metadata dropped': ['keeps metadata'],
  'order swapped': ['keeps order'],
  'not tile-safe': ['can be done in tiles'],
};
