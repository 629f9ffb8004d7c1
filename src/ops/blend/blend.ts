import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { maxOf, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Frame, Samples } from '../../ports/index.js';
import { type Mode, type Rgb, type Separable, separable, wholeColour } from './modes.js';

const newRaw = (depth: Samples['depth'], length: number): Raw => {
  if (depth === 'float32') return new Float32Array(length);
  return depth === 'uint16' ? new Uint16Array(length) : new Uint8Array(length);
};

const finest = (a: Samples['depth'], b: Samples['depth']): Samples['depth'] =>
  (['float32', 'uint16', 'uint8'] as const).find((depth) => depth === a || depth === b) ?? a;

const inside = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/** Blends pixel by pixel into `out`; all values 0..1. */
type BlendPixel = (base: number[], top: number[], out: number[]) => void;

const isSeparable = (mode: Mode): mode is keyof typeof separable => mode in separable;

const byChannel =
  (blend: Separable, channels: number): BlendPixel =>
  (base, top, out) => {
    for (let c = 0; c < channels; c++) out[c] = blend(inside(base[c] as number), inside(top[c] as number));
  };

/** What lies beyond 0..1 is kept where nothing but opacity mixes it. */
const asItIs: BlendPixel = (_base, top, out) => {
  for (let c = 0; c < top.length; c++) out[c] = top[c] as number;
};

const pixelBlender = (mode: Mode, channels: 1 | 3): BlendPixel => {
  if (mode === 'normal') return asItIs;
  if (isSeparable(mode)) return byChannel(separable[mode], channels);
  // Greys have no hue: of the modes for whole colours luminosity alone changes them.
  if (channels === 1) return byChannel(mode === 'luminosity' ? separable.normal : (b) => b, 1);
  const blend = wholeColour[mode];
  const rgb = ([r = 0, g = 0, b = 0]: readonly number[]): Rgb => [inside(r), inside(g), inside(b)];
  return (base, top, out) => {
    const blended = blend(rgb(base), rgb(top));
    for (let c = 0; c < 3; c++) out[c] = blended[c] as number;
  };
};

/** Reads one picture's pixels as values 0..1, grey as three equal channels where colours are asked for. */
const reader = ({ samples, channels }: Frame, wanted: 1 | 3) => {
  const scale = 1 / maxOf(samples.depth);
  return (pixel: number, into: number[]): void => {
    for (let c = 0; c < wanted; c++)
      into[c] = (samples.data[pixel * channels + (channels === 1 ? 0 : c)] as number) * scale;
  };
};

const opacityOf = ({ alpha }: Frame) => {
  if (alpha === undefined) return () => 1;
  const scale = 1 / maxOf(alpha.depth);
  return (pixel: number): number => (alpha.data[pixel] as number) * scale;
};

/** A result that is filled in stretch by stretch. */
interface Canvas {
  readonly result: Frame;
  readonly fill: (fromPixel: number, toPixel: number) => void;
}

const canvasFor = (base: Frame, top: Frame, mode: Mode, opacity: number): Canvas => {
  const channels = base.channels === 1 && top.channels === 1 ? 1 : 3;
  const depth = finest(base.samples.depth, top.samples.depth);
  const pixels = base.width * base.height;
  const [colours, alpha] = [newRaw(depth, pixels * channels), base.alpha && newRaw(depth, pixels)];
  const max = maxOf(depth);
  const store = (to: Raw, at: number, value: number): void => {
    to[at] = max === 1 ? value : Math.round(inside(value) * max);
  };
  const [readBase, readTop] = [reader(base, channels), reader(top, channels)];
  const [opacityOfBase, opacityOfTop] = [opacityOf(base), opacityOf(top)];
  const blend = pixelBlender(mode, channels);
  const [b, s, mixed]: [number[], number[], number[]] = [[], [], []];
  const fill = (fromPixel: number, toPixel: number): void => {
    for (let i = fromPixel; i < toPixel; i++) {
      readBase(i, b);
      readTop(i, s);
      blend(b, s, mixed);
      const [under, over] = [opacityOfBase(i), opacityOfTop(i) * opacity];
      const result = over + under * (1 - over);
      for (let c = 0; c < channels; c++) {
        const source = (1 - under) * (s[c] as number) + under * (mixed[c] as number);
        const sum = over * source + (1 - over) * under * (b[c] as number);
        store(colours, i * channels + c, result === 0 ? 0 : sum / result);
      }
      if (alpha !== undefined) store(alpha, i, result);
    }
  };
  const samples = samplesOf(colours);
  return { result: { ...base, channels, samples, ...(alpha && { alpha: samplesOf(alpha) }) }, fill };
};

/** Pixels between two turns of the event loop. */
const BREATH = 1 << 18;

/**
 * Lays one picture over another of the same size: W3C, "Compositing and Blending Level 1", source-over. The result has
 * the metadata of the base, the finer depth of the two, and transparency where the base has any. Errors:
 * `picture/sizes-differ`, `run/cancelled`.
 *
 * @param opacity of what lies on top, 0..1, times its own transparency
 */
export const blendFrames =
  (
    base: Frame,
    top: Frame,
    mode: Mode,
    opacity: number,
    signal: AbortSignal,
  ): TaskEither<Diagnostics, Frame> =>
  async () => {
    if (base.width !== top.width || base.height !== top.height)
      return E.left([
        failure(
          'picture/sizes-differ',
          `The base has ${base.width}x${base.height} pixels, and what is laid over it ${top.width}x${top.height}.`,
        ),
      ]);
    if (opacity === 0) return E.right(base);
    const { result, fill } = canvasFor(base, top, mode, opacity);
    const pixels = base.width * base.height;
    for (let from = 0; from < pixels; from += BREATH) {
      fill(from, Math.min(pixels, from + BREATH));
      await setImmediate();
      if (signal.aborted) return E.left([failure('run/cancelled', 'Stopped before it was finished.')]);
    }
    return E.right(result);
  };
