import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import { MAX_PIXELS } from '../../image/limits.js';
import { metadataOfRegion } from '../../image/metadata/framing.js';
import { samplesOf, toDepth } from '../../image/samples/samples.js';
import { doubtAbout, exchanged, noNumbers, notFinite, spreadOf } from '../../picture/plausible.js';
import type { Frame, HostTensor, Samples, Size } from '../../ports/index.js';
import { showShape } from './axes.js';
import type { Interface } from './interface.js';
import type { Model } from './open.js';
import { brightnessOf, fromTensor, resultShape, toTensor, type Values, withBrightness } from './pixels.js';
import { rescale } from './rescale.js';

/** The way of a picture through a model: the size it is brought to, and what it is filled up to. */
interface Way {
  readonly inner: Size;
  readonly full: Size;
}

const roundUp = (side: number, multiple: number): number => Math.ceil(side / multiple) * multiple;

/** Error: `model/fixed-size` for a picture that does not fit and may not be made to. */
const wayOf = (
  { file, fixed, fit, multiple, least }: Interface,
  { width, height }: Size,
): E.Either<Diagnostics, Way> => {
  const full = {
    width: fixed.width ?? roundUp(Math.max(width, least.width), multiple.width),
    height: fixed.height ?? roundUp(Math.max(height, least.height), multiple.height),
  };
  // What a model declares is its maker's word: nothing is allocated by it that no picture may be.
  if (full.width * full.height > MAX_PIXELS)
    return E.left([
      failure(
        'picture/too-large',
        `${file} would be given ${full.width}x${full.height} pixels; ${MAX_PIXELS / 1e6} megapixels are the limit.`,
      ),
    ]);
  if (fit === 'resize')
    return E.right({ inner: { width: fixed.width ?? width, height: fixed.height ?? height }, full });
  const wants = `${file} takes ${fixed.width ?? 'any'}x${fixed.height ?? 'any'} pixels only`;
  const differs =
    (fixed.width !== undefined && fixed.width !== width) ||
    (fixed.height !== undefined && fixed.height !== height);
  if (differs && fit === 'refuse')
    return E.left([failure('model/fixed-size', `${wants}; the picture has ${width}x${height}.`)]);
  return width > full.width || height > full.height
    ? E.left([
        failure(
          'model/fixed-size',
          `${wants}; the picture has ${width}x${height}, too many to be filled up.`,
          { hint: 'Say `fit: resize`, or bring it to that size with `resize`, `crop` or `tile`.' },
        ),
      ])
    : E.right({ inner: { width, height }, full });
};

/** How many times as large as the input the result is. */
const factorOf = ({ file, scale }: Interface, full: Size, result: Size): E.Either<Diagnostics, number> => {
  const factor = result.width / full.width;
  const made = `${file} made ${result.width}x${result.height} pixels of ${full.width}x${full.height}`;
  if (!Number.isInteger(factor) || factor < 1 || factor * full.height !== result.height)
    return E.left([failure('model/output-size', `${made}, which is no whole multiple.`)]);
  return scale !== undefined && scale !== factor
    ? E.left([
        failure(
          'model/output-size',
          `${made}: ${factor} times as many a side, where \`scale\` says ${scale}.`,
        ),
      ])
    : E.right(factor);
};

const readResult = (
  model: Interface,
  tensor: HostTensor,
  { inner, full }: Way,
  picture: Size,
): E.Either<Diagnostics, { readonly values: Values; readonly size: Size }> => {
  const result = resultShape(model, tensor.shape);
  const gave = `${model.file} gave \`${model.output}\` of shape ${showShape(tensor.shape)}`;
  if (result === undefined) return E.left([failure('model/not-for-pictures', `${gave}, no picture.`)]);
  const isKnown = result.channels === 1 || (result.channels === 3 && model.order !== 'y');
  if (!isKnown)
    return E.left([failure('model/channels', `${gave}: a picture of ${result.channels} channels.`)]);
  const times = ({ width, height }: Size, factor: number): Size => ({
    width: width * factor,
    height: height * factor,
  });
  return pipe(
    factorOf(model, full, result),
    E.map((factor) => ({ factor, size: times(picture, factor) })),
    E.filterOrElse(
      ({ size }) => size.width * size.height <= MAX_PIXELS,
      ({ size }): Diagnostics => [
        failure(
          'picture/too-large',
          `The result would have ${size.width}x${size.height} pixels; ${MAX_PIXELS / 1e6} megapixels are the limit.`,
        ),
      ],
    ),
    E.map(({ factor, size }) => ({
      values: fromTensor(model, tensor, result, times(inner, factor)),
      size,
    })),
  );
};

/** Samples at another size, in their own depth. */
const resized = (
  samples: Samples,
  channels: number,
  from: Size,
  to: Size,
  method: 'lanczos3' | 'bilinear',
): Samples => {
  if (from.width === to.width && from.height === to.height) return samples;
  const data = rescale(toDepth(samples, 'float32') as Float32Array, channels, from, to, method);
  return samplesOf(toDepth({ depth: 'float32', data }, samples.depth));
};

/** A photo at the size of a result, whose colours it gives to it. */
const coloursOf = (photo: Frame, size: Size): Values => {
  const { channels } = photo;
  const data = toDepth(photo.samples, 'float32') as Float32Array;
  return { ...size, channels, data: rescale(data, channels, photo, size, 'lanczos3') };
};

/** A result, and what is doubtful about it. */
export interface Applied {
  readonly frame: Frame;
  readonly doubts: readonly Diagnostic[];
}

/** A result that is no picture is an error; one that cannot be right is doubted. */
const doubted = (
  { file, outputRange, order }: Interface,
  photo: Frame,
  values: Values,
): E.Either<Diagnostics, readonly Diagnostic[]> => {
  const at = notFinite(values.data);
  if (at !== undefined) return E.left([noNumbers(file, values.data[at])]);
  const result = { depth: 'float32', data: values.data } as const;
  const doubt = doubtAbout({ name: file, range: outputRange }, spreadOf(photo.samples), spreadOf(result));
  const isColour = values.channels === 3 && photo.channels === 3 && order === 'rgb';
  const swap = isColour ? exchanged(file, photo.samples, result) : undefined;
  return E.right([doubt, swap].flatMap((each) => each ?? []));
};

/**
 * Runs a model on a picture. Grey pictures become colour first; the depth of the result is the picture's, rounded and
 * clipped for integers, and transparency is brought to its size. Error, beside those of the engine: `model/not-finite`.
 */
export const applyModel = (
  { interface: model, run }: Model,
  photo: Frame,
  signal: AbortSignal,
): TE.TaskEither<Diagnostics, Applied> =>
  pipe(
    TE.Do,
    TE.bind('way', () => TE.fromEither(wayOf(model, photo))),
    TE.bind('tensor', ({ way: { inner, full } }) => {
      const data = rescale(
        toDepth(photo.samples, 'float32') as Float32Array,
        photo.channels,
        photo,
        inner,
        'lanczos3',
      );
      const given: Values = { ...inner, channels: photo.channels, data };
      return run(toTensor(model, model.order === 'y' ? brightnessOf(given) : given, full), signal);
    }),
    TE.bind('result', ({ way, tensor }) => TE.fromEither(readResult(model, tensor, way, photo))),
    TE.bind('doubts', ({ result: { values } }) => TE.fromEither(doubted(model, photo, values))),
    TE.map(({ result: { values, size }, doubts }): Applied => {
      const { alpha } = photo;
      const made = {
        ...size,
        channels: values.channels,
        data: rescale(values.data, values.channels, values, size, 'lanczos3'),
      };
      const { channels, data } = model.order === 'y' ? withBrightness(coloursOf(photo, size), made) : made;
      const frame: Frame = {
        ...size,
        channels: channels === 1 ? 1 : 3,
        samples: samplesOf(toDepth({ depth: 'float32', data }, photo.samples.depth)),
        // Bilinear: nothing may become more than opaque or less than clear.
        ...(alpha && { alpha: resized(alpha, 1, photo, size, 'bilinear') }),
        metadata: metadataOfRegion(
          photo,
          { left: 0, top: 0, width: photo.width, height: photo.height },
          size,
        ),
      };
      return { frame, doubts };
    }),
  );
