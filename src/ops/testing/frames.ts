import fc from 'fast-check';
import type { Frame, Metadata, Samples } from '../../ports/index.js';

/** How a frame for a test is made. */
export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly channels?: 1 | 3;
  readonly depth?: Samples['depth'];
  /** Transparency as a function of the place, 0..1. */
  readonly alpha?: (x: number, y: number) => number;
}

const metadata: Metadata = { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false };

const scale = { uint8: 255, uint16: 65535, float32: 1 } as const;

/** Samples of a depth from values 0..1. */
export const samplesFrom = (depth: Samples['depth'], values: readonly number[]): Samples => {
  const levels = values.map((value) => (depth === 'float32' ? value : Math.round(value * scale[depth])));
  if (depth === 'uint8') return { depth, data: Uint8Array.from(levels) };
  return depth === 'uint16'
    ? { depth, data: Uint16Array.from(levels) }
    : { depth, data: Float32Array.from(levels) };
};

/** A frame whose value, 0..1, at each place and channel is a function of them. */
export const frameFrom = (
  { width, height, channels = 3, depth = 'uint8', alpha }: FrameOptions,
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

/** Values 0..1 of a frame's samples. */
export const valuesOf = ({ samples }: Pick<Frame, 'samples'>): number[] =>
  Array.from(samples.data, (value) => value / scale[samples.depth]);

/** What sizes, channels and depths arbitrary frames have. */
export interface ArbitraryFrameOptions {
  readonly maxSide?: number;
  readonly minSide?: number;
  readonly channels?: readonly (1 | 3)[];
  readonly depths?: readonly Samples['depth'][];
  /** Whether some have transparency. */
  readonly alpha?: boolean;
}

/** Small frames of noise: one pixel and more, grey and colour, all depths, with transparency and without. */
export const arbitraryFrame = ({
  maxSide = 12,
  minSide = 1,
  channels = [1, 3],
  depths = ['uint8', 'uint16', 'float32'],
  alpha = true,
}: ArbitraryFrameOptions = {}): fc.Arbitrary<Frame> =>
  fc
    .record({
      width: fc.integer({ min: minSide, max: maxSide }),
      height: fc.integer({ min: minSide, max: maxSide }),
      channels: fc.constantFrom(...channels),
      depth: fc.constantFrom(...depths),
      transparent: alpha ? fc.boolean() : fc.constant(false),
    })
    .chain(({ width, height, channels: count, depth, transparent }) => {
      const values = (length: number) =>
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });
      return fc
        .tuple(values(width * height * count), values(transparent ? width * height : 0))
        .map(([colours, opacity]) =>
          frameFrom(
            {
              width,
              height,
              channels: count,
              depth,
              ...(transparent && { alpha: (x: number, y: number) => (opacity[y * width + x] ?? 0) / 255 }),
            },
            (x, y, c) => (colours[(y * width + x) * count + c] ?? 0) / 255,
          ),
        );
    });
