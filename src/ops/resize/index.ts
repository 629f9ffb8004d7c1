import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import { defineOp } from '../../operator/define.js';
import { floatPictures } from '../../operator/memory.js';
import { anchor } from '../../operator/params/framing.js';
import { boolean, defaulted, integer, number, oneOf, optional } from '../../operator/params/index.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import { resample } from '../../picture/resampling/resample.js';
import { isWhole, type Target } from '../../picture/resampling/stretch.js';
import type { Method } from '../../picture/resampling/weights.js';
import { frame, type PictureShape } from '../../ports/index.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { targetOf, type Wanted } from './target.js';

const side = integer({ min: 1, max: 100_000 });

export const resize = defineOp({
  name: 'resize',
  about: 'Make a picture smaller, or larger when asked',
  params: {
    width: optional(side, 'Width in pixels. Default: it follows from the height'),
    height: optional(side, 'Height in pixels. Default: it follows from the width'),
    longest: optional(side, 'Length of the longer side in pixels'),
    shortest: optional(side, 'Length of the shorter side in pixels'),
    megapixels: optional(number({ min: 0.0001, max: 400 }), 'Millions of pixels'),
    scale: optional(number({ min: 0.001, max: 100 }), 'Factor for both sides; above 1 it enlarges'),
    fit: optional(
      oneOf('inside', 'cover', 'fill'),
      'With width and height: all of the picture inside them (as without it), covering them with the rest cut off, or stretched to them',
    ),
    anchor: optional(anchor, 'With `fit: cover`: which part is kept. Default: the centre'),
    enlarge: defaulted(boolean, false, 'Whether a picture that is smaller is made larger, or left as it is'),
    method: defaulted(
      oneOf('lanczos3', 'bicubic', 'bilinear', 'area', 'nearest'),
      'lanczos3',
      'How new pixels are made of old ones, from sharpest to plainest; all but nearest are free of aliasing',
    ),
    linear: defaulted(
      boolean,
      false,
      'Mix light and not encoded values: right for fine bright patterns, but sharpening halos around dark lines show more',
    ),
  },
  main: 'longest',
  complaint: ({ width, height, longest, shortest, megapixels, scale, fit, anchor, enlarge }) => {
    const given = [width ?? height, longest, shortest, megapixels, scale].filter(
      (each) => each !== undefined,
    );
    if (given.length !== 1)
      return 'takes one of `width` and `height`, `longest`, `shortest`, `megapixels` and `scale`';
    if (fit !== undefined && (width === undefined || height === undefined))
      return 'needs both `width` and `height` for a `fit`';
    if (anchor !== undefined && fit !== 'cover') return 'needs an `anchor` with `fit: cover` only';
    return enlarge && scale !== undefined ? 'needs no `enlarge` with a `scale`' : undefined;
  },
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 15 },
  memory: ({ linear }, picture, result) => floatPictures(linear ? 5 : 3)(undefined, picture, result),
  laws: {
    identity: { scale: 1 },
    range: ({ method }) => (method === 'lanczos3' || method === 'bicubic' ? undefined : [0, 1]),
    // The nearest of two that are equally near is the one to the right, and turned the one to the left.
    equivariant: ({ method, width, height, fit, anchor = 'centre' }) => {
      if (method === 'nearest' || (fit === 'cover' && anchor !== 'centre')) return [];
      return (width ?? height) === undefined ? ['flip-x', 'flip-y', 'rotate-90'] : ['flip-x', 'flip-y'];
    },
  },
  tensor: {
    geometry: true,
    shape: (params, shape) =>
      pipe(
        targetOf(params, shape),
        E.map(({ across, down }) => ({ ...shape, width: across.pixels, height: down.pixels })),
      ),
    shows: (params, shape) => {
      const { across, down } = whereTo(params, shape);
      return { left: across.from, top: down.from, width: across.length, height: down.length };
    },
    program: (tf, params, shape) => {
      const { isSame, mix, open, close } = parts(tf, params, shape);
      return (picture) => (isSame ? picture : close(mix(open(picture))));
    },
    transparent: (tf, params, shape) => {
      const { isSame, mix, open, close } = parts(tf, params, shape);
      return (picture, opacity) => {
        if (isSame) return { picture, alpha: opacity };
        const alpha = mix(opacity);
        const colours = mix(tf.mul(open(picture), opacity));
        // What is fully transparent has no colour, and kernels with negative weights go below that.
        return { picture: close(tf.div(colours, tf.maximum(alpha, 1e-5))), alpha };
      };
    },
  },
});

interface Params extends Wanted {
  readonly method: Method;
  readonly linear: boolean;
}

/** Where both axes come from. A picture that is too large was refused when its shape was asked for. */
const whereTo = (wanted: Wanted, shape: PictureShape): Target => {
  const target = targetOf(wanted, shape);
  if (E.isLeft(target)) throw new DiagnosticError(target.left);
  return target.right;
};

/** The work on a picture of one shape, and what goes before and after it. */
const parts = (tf: Tf, { method, linear, ...wanted }: Params, shape: PictureShape) => {
  const target = whereTo(wanted, shape);
  const { across, down } = target;
  return {
    isSame: isWhole(across, shape.width) && isWhole(down, shape.height),
    mix: (x: Tensor3D): Tensor3D => resample(tf, x, target, method),
    open: (x: Tensor3D): Tensor3D => (linear ? toLight(tf, x) : x),
    close: (x: Tensor3D): Tensor3D => (linear ? fromLight(tf, x) : x),
  };
};
