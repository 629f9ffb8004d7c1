import fc from 'fast-check';
import { type Depth, maxOf, toDepth } from '../../image/samples/samples.js';
import type { Frame, Metadata, Samples } from '../../ports/index.js';
import { arbitraryContent, type Content, type ContentKind } from './content.js';
import { arbitraryMetadata } from './metadata.js';
import { arbitraryWindow, type Window } from './window.js';

/** How a frame for a test is made. */
export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  /** Default: 3. */
  readonly channels?: 1 | 3;
  /** Default: `uint8`. */
  readonly depth?: Depth;
  /** Transparency as a function of the place, 0..1. Default: none. */
  readonly alpha?: (x: number, y: number) => number;
  readonly metadata?: Metadata;
}

const plain: Metadata = { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false };

/** Samples of a depth from values 0..1, rounded. */
export const samplesFrom = (depth: Depth, values: readonly number[]): Samples => {
  const levels = values.map((value) => (depth === 'float32' ? value : Math.round(value * maxOf(depth))));
  if (depth === 'uint8') return { depth, data: Uint8Array.from(levels) };
  return depth === 'uint16'
    ? { depth, data: Uint16Array.from(levels) }
    : { depth, data: Float32Array.from(levels) };
};

/**
 * A frame whose value, 0..1, at each place and channel is a function of them.
 *
 * @example
 * const ramp = frameFrom({ width: 256, height: 1, channels: 1 }, (x) => x / 255);
 */
export const frameFrom = (
  { width, height, channels = 3, depth = 'uint8', alpha, metadata = plain }: FrameOptions,
  value: (x: number, y: number, channel: number) => number,
): Frame => {
  const places = Array.from(
    { length: width * height },
    (_, i) => [i % width, Math.floor(i / width)] as const,
  );
  return {
    width,
    height,
    channels,
    samples: samplesFrom(
      depth,
      places.flatMap(([x, y]) => Array.from({ length: channels }, (_, c) => value(x, y, c))),
    ),
    ...(alpha && {
      alpha: samplesFrom(
        depth,
        places.map(([x, y]) => alpha(x, y)),
      ),
    }),
    metadata,
  };
};

/** Values of a frame's samples: 0..1, beyond where a float32 one goes beyond. */
export const valuesOf = ({ samples }: Pick<Frame, 'samples'>): number[] =>
  Array.from(samples.data, (value) => value / maxOf(samples.depth));

/** The same frame with samples of another depth. */
export const withDepth = (frame: Frame, depth: Depth): Frame => ({
  ...frame,
  samples: samplesIn(frame.samples, depth),
  ...(frame.alpha && { alpha: samplesIn(frame.alpha, depth) }),
});

const samplesIn = (samples: Samples, depth: Depth): Samples =>
  ({ depth, data: toDepth(samples, depth) }) as Samples;

/** What arbitrary frames are like. */
export interface ArbitraryFrameOptions {
  readonly minSide?: number;
  /** Default: 12. */
  readonly maxSide?: number;
  readonly channels?: readonly (1 | 3)[];
  readonly depths?: readonly Depth[];
  /** Whether some have transparency; some do unless this is false. */
  readonly alpha?: boolean;
  /** Whether float32 ones go beyond 0..1 at times, as saturated colours do; they do not unless this is true. */
  readonly beyond?: boolean;
  /** What they show. */
  readonly content?: readonly ContentKind[];
  /** Photos, windows of which are among the frames. */
  readonly photos?: readonly Frame[];
}

/** Everything about a frame but what it shows and how large it is. */
const kindOf = ({
  channels = [1, 3],
  depths = ['uint8', 'uint16', 'float32'],
  alpha = true,
  beyond = false,
}: ArbitraryFrameOptions) =>
  fc
    .record({ channels: fc.constantFrom(...channels), depth: fc.constantFrom(...depths) })
    .chain(({ channels: count, depth }) =>
      fc.record({
        channels: fc.constant(count),
        depth: fc.constant(depth),
        opacity: alpha ? fc.option(arbitraryContent(['flat', 'edges', 'noise'])) : fc.constant(null),
        stretch: beyond && depth === 'float32' ? fc.constantFrom(false, false, true) : fc.constant(false),
        metadata: arbitraryMetadata({ bits: 8 * bytesOf[depth], model: count === 1 ? 'grey' : 'rgb' }),
      }),
    );

const bytesOf = { uint8: 1, uint16: 2, float32: 4 } as const;

type Kind = ReturnType<typeof kindOf> extends fc.Arbitrary<infer K> ? K : never;

const painted = (
  content: Content,
  window: Window,
  { channels, depth, opacity, stretch, metadata }: Kind,
): Frame =>
  frameFrom(
    {
      width: window.width,
      height: window.height,
      channels,
      depth,
      metadata,
      ...(opacity && { alpha: (x: number, y: number) => opacity(window.left + x, window.top + y, 0) }),
    },
    (x, y, c) => {
      const value = content(window.left + x, window.top + y, c);
      return stretch ? value * 1.75 - 0.25 : value;
    },
  );

/** The part of a photo that a window shows, as the plane that arbitrary content is painted on. */
const photographed = (photo: Frame): Content => {
  const max = maxOf(photo.samples.depth);
  return (x, y, c) =>
    (photo.samples.data[(y * photo.width + x) * photo.channels + Math.min(c, photo.channels - 1)] ?? 0) / max;
};

const PLANE = { width: 96, height: 96 };

/**
 * Small frames: from one pixel on, grey and colour, of all depths, with transparency and without; even surfaces,
 * gradients, edges, noise, a natural-looking valley, and windows of photos. A frame shrinks to the smallest part of
 * itself, to an even surface, and to less metadata.
 */
export const arbitraryFrame = (options: ArbitraryFrameOptions = {}): fc.Arbitrary<Frame> =>
  fc
    .tuple(kindOf(options), arbitraryScene(options))
    .map(([kind, { content, window }]) => painted(content, window, kind));

/**
 * Frames of one size, depth and kind that show different things, such as the members of a batch or the two sides of a
 * pair.
 */
export const arbitraryFrames = (
  count: number,
  options: ArbitraryFrameOptions = {},
): fc.Arbitrary<readonly Frame[]> =>
  fc
    .tuple(
      kindOf(options),
      arbitraryScene(options),
      fc.array(arbitraryContent(options.content), { minLength: count, maxLength: count }),
    )
    .map(([kind, { window, content }, others]) =>
      others.map((other, i) => painted(i === 0 ? content : other, window, kind)),
    );

/** What a frame shows, and which part of it. */
const arbitraryScene = ({ minSide = 1, maxSide = 12, content, photos = [] }: ArbitraryFrameOptions) => {
  const window = (within: { readonly width: number; readonly height: number }) =>
    arbitraryWindow({ minSide, maxSide, within });
  const made = fc.record({ content: arbitraryContent(content), window: window(PLANE) });
  const seen = photos.map((photo) =>
    fc.record({ content: fc.constant(photographed(photo)), window: window(photo) }),
  );
  return fc.oneof(made, ...seen);
};
