import { concat, fromLatin1 } from '../bytes.js';

export interface RadianceOptions {
  readonly width: number;
  readonly height: number;
  /** Light of a channel, from the top left. */
  readonly light: (x: number, y: number, channel: number) => number;
  readonly inRuns?: boolean;
  /** Rows from the bottom up. */
  readonly upwards?: boolean;
}

const toRgbe = (rgb: readonly number[]): readonly number[] => {
  const most = Math.max(...rgb);
  if (most < 1e-32) return [0, 0, 0, 0];
  const exponent = Math.floor(Math.log2(most)) + 1;
  const scale = 256 / 2 ** exponent;
  return [...rgb.map((value) => Math.min(255, Math.floor(value * scale))), exponent + 128];
};

// Runs of equal bytes where there are four or more of them, stretches of others.
const runs = (plane: readonly number[]): Uint8Array => {
  const out: number[] = [];
  for (let at = 0; at < plane.length; ) {
    let same = at;
    while (same < plane.length && same - at < 127 && plane[same] === plane[at]) same++;
    if (same - at >= 4) {
      out.push(128 + same - at, plane[at] ?? 0);
      at = same;
    } else {
      const part = plane.slice(at, at + Math.min(3, plane.length - at));
      out.push(part.length, ...part);
      at += part.length;
    }
  }
  return Uint8Array.from(out);
};

/** A Radiance HDR file. */
export const radianceFile = ({
  width,
  height,
  light,
  inRuns = false,
  upwards = false,
}: RadianceOptions): Uint8Array => {
  const rows = Array.from({ length: height }, (_, i) => {
    const y = upwards ? height - 1 - i : i;
    const pixels = Array.from({ length: width }, (_, x) => toRgbe([0, 1, 2].map((k) => light(x, y, k))));
    if (!inRuns) return Uint8Array.from(pixels.flat());
    const planes = [0, 1, 2, 3].map((k) => runs(pixels.map((pixel) => pixel[k] ?? 0)));
    return concat([Uint8Array.of(2, 2, width >> 8, width & 255), ...planes]);
  });
  const head = `#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n${upwards ? '+' : '-'}Y ${height} +X ${width}\n`;
  return concat([fromLatin1(head), ...rows]);
};
