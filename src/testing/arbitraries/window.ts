import fc from 'fast-check';

/** A rectangle of a plane, in pixels. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How large windows are, and how far from the origin they lie. */
export interface WindowOptions {
  readonly minSide: number;
  readonly maxSide: number;
  /** Size of the plane; windows lie within it. */
  readonly within: { readonly width: number; readonly height: number };
}

/** Parts of a window that are smaller: halves, then all but one column or row. Each side is tried. */
const partsOf = ({ left, top, width, height }: Window, minSide: number): readonly Window[] => {
  const along = (length: number): readonly (readonly [from: number, length: number])[] => {
    const half = Math.max(minSide, Math.ceil(length / 2));
    const parts = [half, length - 1].filter((part) => part >= minSide && part < length);
    return [...new Set(parts)].flatMap((part) => [[0, part] as const, [length - part, part] as const]);
  };
  return [
    ...along(width).map(([from, part]) => ({ left: left + from, top, width: part, height })),
    ...along(height).map(([from, part]) => ({ left, top: top + from, width, height: part })),
  ];
};

/**
 * Shrinks a window from all four sides, so that what is wrong at one pixel of a picture is shown by as little of the
 * picture around it as can be. (fast-check's own shrinkers are for numbers one by one, and would move the window.)
 */
class WindowArbitrary extends fc.Arbitrary<Window> {
  readonly #options: WindowOptions;

  constructor(options: WindowOptions) {
    super();
    this.#options = options;
  }

  generate(random: fc.Random): fc.Value<Window> {
    const { minSide, maxSide, within } = this.#options;
    const side = (most: number): number => {
      const longest = Math.max(minSide, Math.min(maxSide, most));
      // One pixel is where most goes wrong.
      return random.nextInt(0, 5) === 0 ? minSide : random.nextInt(minSide, longest);
    };
    const [width, height] = [side(within.width), side(within.height)];
    const place = (length: number, part: number): number => random.nextInt(0, Math.max(0, length - part));
    return new fc.Value(
      { left: place(within.width, width), top: place(within.height, height), width, height },
      undefined,
    );
  }

  canShrinkWithoutContext(_value: unknown): _value is Window {
    return false;
  }

  shrink(window: Window): fc.Stream<fc.Value<Window>> {
    return fc.Stream.of(
      ...partsOf(window, this.#options.minSide).map((part) => new fc.Value(part, undefined)),
    );
  }
}

/** Windows of a plane. They shrink to the smallest part of themselves that will do. */
export const arbitraryWindow = (options: WindowOptions): fc.Arbitrary<Window> => new WindowArbitrary(options);
