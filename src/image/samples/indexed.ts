/** A picture of at most 256 colours, as numbers of a palette. */
export interface Indexed {
  /** Red, green, blue, opacity of each colour; those that are not opaque come first. */
  readonly palette: readonly (readonly [number, number, number, number])[];
  readonly indices: Uint8Array;
}

const maxColours = 256;

/**
 * The palette of a picture that has at most 256 colours; undefined when it has more.
 * `channels`: 3 for RGB, 4 with transparency.
 */
export const indexed = (data: Uint8Array, channels: 3 | 4): Indexed | undefined => {
  const pixels = data.length / channels;
  const found = new Map<number, number>();
  const first = new Uint8Array(pixels);
  let last = -1;
  let lastIndex = 0;
  for (let i = 0, at = 0; i < pixels; i++, at += channels) {
    const rgb = ((data[at] as number) << 16) | ((data[at + 1] as number) << 8) | (data[at + 2] as number);
    const colour = rgb * 256 + (channels === 4 ? (data[at + 3] as number) : 255);
    if (colour !== last) {
      const known = found.get(colour);
      if (known === undefined && found.size === maxColours) return undefined;
      lastIndex = known ?? found.size;
      if (known === undefined) found.set(colour, lastIndex);
      last = colour;
    }
    first[i] = lastIndex;
  }
  // Formats list the opacity of the first few colours only.
  const order = [...found].sort(([a], [b]) => (a % 256) - (b % 256));
  const place = new Uint8Array(maxColours);
  order.forEach(([, index], i) => {
    place[index] = i;
  });
  return {
    palette: order.map(([colour]) => {
      const rgb = Math.floor(colour / 256);
      return [rgb >> 16, (rgb >> 8) & 255, rgb & 255, colour % 256];
    }),
    indices: first.map((index) => place[index] as number),
  };
};
