import { concat, fromLatin1, viewOf } from '../bytes.js';

/** OpenEXR made by hand, without compression. */

export interface ExrOptions {
  readonly width: number;
  readonly height: number;
  /** Channels by their names, as in `R`, `G`, `B`, `A`, `Y`, `Z`. */
  readonly channels: Readonly<Record<string, (x: number, y: number) => number>>;
  /** Default: floats. */
  readonly half?: boolean;
  /** CIE xy of red, green, blue and white. */
  readonly chromaticities?: readonly number[];
  /** Where the first pixel lies in the window that is shown, which begins at 0. */
  readonly offset?: number;
  /** What is said of the compression: samples are plain in any case. */
  readonly compression?: number;
}

const integers = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) viewOf(bytes).setInt32(i * 4, value, true);
  return bytes;
};

const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

// Half precision by cutting the mantissa off: exact for numbers that it holds, within 2^-14..65504.
const half = (value: number): number => {
  if (value === 0) return 0;
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 0xff) - 112) << 10) | ((bits >>> 13) & 0x3ff);
};

const attribute = (name: string, type: string, value: Uint8Array): Uint8Array =>
  concat([fromLatin1(`${name}\0${type}\0`), integers(value.length), value]);

/** An OpenEXR file of one part, in lines. */
export const exrFile = (options: ExrOptions): Uint8Array => {
  const { width, height, channels, chromaticities, offset = 0, compression = 0 } = options;
  const names = Object.keys(channels).sort();
  const isHalf = options.half === true;
  const list = names.map((name) => concat([fromLatin1(`${name}\0`), integers(isHalf ? 1 : 2, 0, 1, 1)]));
  const shown = integers(0, 0, width - 1, height - 1);
  const head = concat([
    Uint8Array.of(0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0),
    attribute('channels', 'chlist', concat([...list, Uint8Array.of(0)])),
    attribute('compression', 'compression', Uint8Array.of(compression)),
    attribute('dataWindow', 'box2i', integers(offset, offset, offset + width - 1, offset + height - 1)),
    attribute('displayWindow', 'box2i', shown),
    attribute('lineOrder', 'lineOrder', Uint8Array.of(0)),
    attribute('pixelAspectRatio', 'float', floats(1)),
    attribute('screenWindowCenter', 'v2f', floats(0, 0)),
    attribute('screenWindowWidth', 'float', floats(1)),
    ...(chromaticities ? [attribute('chromaticities', 'chromaticities', floats(...chromaticities))] : []),
    Uint8Array.of(0),
  ]);
  const lines = Array.from({ length: height }, (_, y) => {
    const samples = names.map((name) => {
      const row = Array.from({ length: width }, (__, x) => channels[name]?.(x, y) ?? 0);
      return isHalf ? new Uint8Array(Uint16Array.from(row, half).buffer) : floats(...row);
    });
    const data = concat(samples);
    return concat([integers(offset + y, data.length), data]);
  });
  const table = new Uint8Array(height * 8);
  let at = head.length + table.length;
  for (const [y, line] of lines.entries()) {
    viewOf(table).setBigUint64(y * 8, BigInt(at), true);
    at += line.length;
  }
  return concat([head, table, ...lines]);
};
