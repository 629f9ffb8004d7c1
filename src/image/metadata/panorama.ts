import * as O from 'fp-ts/lib/Option.js';
import type { Frame } from '../../ports/index.js';
import { maxOf } from '../samples/samples.js';
import { numberOf, panoramaPacket } from './gpano.js';
import type { XmpPacket } from './xmp-packet.js';

/**
 * How a photo goes round: `sphere` is a whole equirectangular panorama; `x` one that closes from left to right but does not
 * reach both poles; `none` an ordinary picture. `eyes`: 2 for stereo, one panorama above the other.
 */
export interface Panorama {
  readonly edges: 'none' | 'x' | 'sphere';
  readonly eyes: 1 | 2;
}

const none: Panorama = { edges: 'none', eyes: 1 };

/** What GPano says of a panorama. */
const declared = (packet: XmpPacket, { width, height }: Frame): Panorama => {
  // One whole panorama above another: for the picture's size GPano has no word.
  const eyes = width === height ? 2 : 1;
  const fullWidth = numberOf(packet, 'FullPanoWidthPixels');
  const croppedWidth = numberOf(packet, 'CroppedAreaImageWidthPixels') ?? fullWidth;
  const fullHeight = numberOf(packet, 'FullPanoHeightPixels');
  const croppedHeight = numberOf(packet, 'CroppedAreaImageHeightPixels') ?? fullHeight;
  if (fullWidth !== croppedWidth) return none;
  const whole = fullHeight === croppedHeight && width === (2 * height) / eyes;
  return { edges: whole ? 'sphere' : 'x', eyes: whole ? eyes : 1 };
};

type Value = (x: number, y: number) => number;

const mean = (count: number, f: (i: number) => number): number =>
  Array.from({ length: count }, (_, i) => f(i)).reduce((a, b) => a + b, 0) / count;

/** Levels of 255 by which the rows of a pole may differ along themselves, and the seam from its neighbours. */
const POLE = 6;
const SEAM = 2;

/**
 * True where pixels look like a whole panorama: the sides differ from each other no more than neighbouring columns do, and
 * each pole, one point drawn out to a row, is of about one colour.
 */
const looksRound = (value: Value, width: number, top: number, height: number): boolean => {
  const column = (a: number, b: number): number =>
    mean(height, (y) => Math.abs(value(a, top + y) - value(b, top + y)));
  const inside = (column(0, 1) + column(width - 2, width - 1)) / 2;
  const seam = column(width - 1, 0);
  const pole = (y: number): number => {
    const middle = mean(width, (x) => value(x, y));
    return mean(width, (x) => Math.abs(value(x, y) - middle));
  };
  return seam <= 2 * inside + SEAM && pole(top) <= POLE && pole(top + height - 1) <= POLE;
};

/**
 * What kind of panorama a photo is. What its GPano metadata say counts. Without them a picture twice as wide as high, or
 * two such above each other, is one when its sides meet and its poles are points.
 */
export const panoramaOf = (frame: Frame): Panorama => {
  const { width, height, channels, metadata, samples } = frame;
  const packet = panoramaPacket(metadata);
  if (O.isSome(packet)) return declared(packet.value, frame);
  const eyes = width === height ? 2 : 1;
  const each = height / eyes;
  if (width !== 2 * each || width < 64 || each % 1 !== 0) return none;
  const scale = 255 / maxOf(samples.depth);
  const green = channels === 3 ? 1 : 0;
  const value: Value = (x, y) => scale * (samples.data[(y * width + x) * channels + green] as number);
  const round = Array.from({ length: eyes }, (_, i) => looksRound(value, width, i * each, each));
  return round.every(Boolean) ? { edges: 'sphere', eyes } : none;
};
