import { weights as window } from '../../picture/measures/ssim-window.js';
import type { HostTensor } from '../../ports/index.js';

/** A batch of pictures as nested arrays: picture, row, column, channel. */
export type Batch = readonly (readonly (readonly (readonly number[])[])[])[];

export const batchOf = ({ shape, data }: HostTensor): Batch => {
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
  return upTo(n).map((b) =>
    upTo(h).map((y) => upTo(w).map((x) => upTo(c).map((k) => data[((b * h + y) * w + x) * c + k]!))),
  );
};

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** One channel of one picture. */
type Plane = readonly (readonly number[])[];

const planes = (batch: Batch): readonly Plane[] =>
  batch.flatMap((picture) => picture[0]![0]!.map((_, k) => picture.map((row) => row.map((p) => p[k]!))));

const zip = (a: Plane, b: Plane, f: (x: number, y: number) => number): Plane =>
  a.map((row, i) => row.map((x, j) => f(x, b[i]![j]!)));

const minus = (a: Plane, b: Plane): Plane => zip(a, b, (x, y) => x - y);

/** The mean over the values of all planes of `f` of the two batches' planes. */
const over =
  (f: (a: Plane, b: Plane) => Plane) =>
  (ones: Batch, others: Batch): number => {
    const theirs = planes(others);
    return meanOf(planes(ones).flatMap((plane, i) => f(plane, theirs[i]!).flat()));
  };

const pixelwise = (f: (difference: number) => number) => over((a, b) => minus(a, b).map((row) => row.map(f)));

export const l1 = pixelwise(Math.abs);
export const mse = pixelwise((d) => d * d);
export const charbonnier = pixelwise((d) => Math.sqrt(d * d + 1e-6) - 1e-3);

const absolute = (plane: Plane): Plane => plane.map((row) => row.map(Math.abs));
const across = (plane: Plane): Plane => plane.map((row) => row.slice(1).map((v, i) => v - row[i]!));
const down = (plane: Plane): Plane => plane.slice(1).map((row, i) => row.map((v, j) => v - plane[i]![j]!));

export const gradient = (ones: Batch, others: Batch): number =>
  over((a, b) => absolute(across(minus(a, b))))(ones, others) +
  over((a, b) => absolute(down(minus(a, b))))(ones, others);

export const totalVariation = (batch: Batch): number =>
  over((a) => absolute(across(a)))(batch, batch) + over((a) => absolute(down(a)))(batch, batch);

const clamp = (i: number, size: number): number => Math.min(Math.max(i, 0), size - 1);

/** Along the rows: [1,3,3,1]/8 at every second place, the border repeated, which at one pixel is mirroring. */
const halvedRows = (plane: Plane): Plane =>
  plane.map((row) =>
    Array.from({ length: row.length / 2 }, (_, i) =>
      [1, 3, 3, 1].reduce((sum, w, k) => sum + (w / 8) * row[clamp(2 * i + k - 1, row.length)]!, 0),
    ),
  );

/** Along the rows: three quarters of the nearer and a quarter of the farther pixel. */
const doubledRows = (plane: Plane): Plane =>
  plane.map((row) =>
    row.flatMap((v, i) => [
      0.75 * v + 0.25 * row[clamp(i - 1, row.length)]!,
      0.75 * v + 0.25 * row[clamp(i + 1, row.length)]!,
    ]),
  );

const turned = (plane: Plane): Plane => plane[0]!.map((_, j) => plane.map((row) => row[j]!));
const bothWays =
  (f: (plane: Plane) => Plane) =>
  (plane: Plane): Plane =>
    turned(f(turned(f(plane))));

const [halved, doubled] = [bothWays(halvedRows), bothWays(doubledRows)];

/** Of pictures whose sides are multiples of eight. */
export const laplacian = (ones: Batch, others: Batch): number => {
  const level = (depth: number) =>
    over((a, b) => {
      const rest = Array.from({ length: depth }).reduce<Plane>(halved, minus(a, b));
      return absolute(minus(rest, doubled(halved(rest))));
    })(ones, others);
  return meanOf([level(0), level(1), level(2)]);
};

const smoothedRows = (plane: Plane): Plane =>
  plane.map((row) =>
    row.slice(0, row.length - 10).map((_, i) => window.reduce((sum, w, k) => sum + w * row[i + k]!, 0)),
  );
const smoothed = bothWays(smoothedRows);

const unit = (plane: Plane): Plane => plane.map((row) => row.map((v) => (v + 1) / 2));

/** The means over the windows of the whole index, and of its second factor alone. */
const similarity = (a: Plane, b: Plane): { readonly whole: number; readonly structure: number } => {
  const times = (x: number, y: number) => x * y;
  const [ma, mb] = [smoothed(a), smoothed(b)];
  const [va, vb] = [
    minus(smoothed(zip(a, a, times)), zip(ma, ma, times)),
    minus(smoothed(zip(b, b, times)), zip(mb, mb, times)),
  ];
  const cov = minus(smoothed(zip(a, b, times)), zip(ma, mb, times));
  const structure = cov.map((row, i) =>
    row.map((c, j) => (2 * c + 0.0009) / (va[i]![j]! + vb[i]![j]! + 0.0009)),
  );
  const luminance = zip(ma, mb, (x, y) => (2 * x * y + 0.0001) / (x * x + y * y + 0.0001));
  return { whole: meanOf(zip(luminance, structure, times).flat()), structure: meanOf(structure.flat()) };
};

const perPlane = (f: (a: Plane, b: Plane) => number) => (ones: Batch, others: Batch) => {
  const theirs = planes(others);
  return 1 - meanOf(planes(ones).map((plane, i) => f(unit(plane), unit(theirs[i]!))));
};

export const ssim = perPlane((a, b) => similarity(a, b).whole);

const averagedRows = (plane: Plane): Plane =>
  plane.map((row) =>
    Array.from({ length: Math.floor(row.length / 2) }, (_, i) => (row[2 * i]! + row[2 * i + 1]!) / 2),
  );
const averaged = bothWays(averagedRows);

/** Of pictures of 22 to 43 pixels, which have room for two scales. */
export const msSsim = perPlane((a, b) => {
  const [first, second] = [0.0448 / (0.0448 + 0.2856), 0.2856 / (0.0448 + 0.2856)];
  const fine = Math.max(similarity(a, b).structure, 1e-4);
  const coarse = Math.max(similarity(averaged(a), averaged(b)).whole, 1e-4);
  return fine ** first * coarse ** second;
});

/** Patches of 8x8 pixels as vectors less each channel's mean, brought to length 1 but for what is flat. */
const descriptors = (picture: Batch[number]): readonly (readonly number[])[] => {
  const [rows, columns] = [Math.floor(picture.length / 8), Math.floor(picture[0]!.length / 8)];
  return Array.from({ length: rows * columns }, (_, i) => {
    const [top, left] = [8 * Math.floor(i / columns), 8 * (i % columns)];
    const pixels = picture.slice(top, top + 8).flatMap((row) => row.slice(left, left + 8));
    const means = pixels[0]!.map((_v, k) => meanOf(pixels.map((p) => p[k]!)));
    const vector = pixels.flatMap((p) => p.map((v, k) => v - means[k]!));
    const length = Math.sqrt(vector.reduce((sum, v) => sum + v * v, vector.length * (2 / 255) ** 2));
    return vector.map((v) => v / length);
  });
};

const smaller = (picture: Batch[number]): Batch[number] => {
  const channels = planes([picture]).map(averaged);
  return channels[0]!.map((row, y) => row.map((_, x) => channels.map((plane) => plane[y]![x]!)));
};

export const patchNce = (ones: Batch, others: Batch): number => {
  const atScale = (depth: number): number =>
    meanOf(
      ones.flatMap((picture, n) => {
        const shrunk = (p: Batch[number]) => Array.from({ length: depth }).reduce<Batch[number]>(smaller, p);
        const keys = descriptors(shrunk(others[n]!));
        return descriptors(shrunk(picture)).map((query, place) => {
          const logits = keys.map((k) => k.reduce((sum, v, i) => sum + v * query[i]!, 0) / 0.07);
          return Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0)) - logits[place]!;
        });
      }),
    );
  return meanOf([atScale(0), atScale(1), atScale(2)]);
};

/** Of each pixel of both pictures, as three channels; the mean over all values of the result. */
const perPixel =
  (f: (x: readonly number[], y: readonly number[]) => number) => (ones: Batch, others: Batch) =>
    meanOf(
      ones.flatMap((picture, n) =>
        picture.flatMap((row, i) => row.map((pixel, j) => f(pixel, others[n]![i]![j]!))),
      ),
    );

export const range = perPixel((x, y) =>
  meanOf(x.map((v, k) => Math.max(0, Math.abs(v) - Math.max(Math.abs(y[k]!), 1 - 2 / 255)))),
);

export const neutral = perPixel((x, y) => {
  const light = ((Math.min(...y) + 1) / 2) ** 2;
  const grey = Math.max(0, 1 - (Math.max(...y) - Math.min(...y)) / 0.5);
  return light * grey * meanOf(x.map((v, k) => (v - meanOf(x) - (y[k]! - meanOf(y))) ** 2));
});

export const whites = perPixel((x, y) => {
  const white = Math.max(0, Math.min(...y, 1) - 0.8) / 0.2;
  return white * meanOf(x.map((v, k) => Math.max(0, y[k]! - v)));
});

/** Strengths of the gradients of brightness by Sobel's filters, of pictures in -1..1. */
const edgesOf = (picture: Batch[number]): Plane => {
  const brightness = picture.map((row) => row.map((pixel) => (meanOf(pixel) + 1) / 2));
  const slope = (plane: Plane): Plane =>
    plane
      .slice(2)
      .map((row, i) =>
        row
          .slice(2)
          .map((_, j) =>
            [1, 2, 1].reduce((sum, w, k) => sum + w * (plane[i + k]![j + 2]! - plane[i + k]![j]!), 0),
          ),
      );
  const [across, down] = [slope(brightness), turned(slope(turned(brightness)))];
  return zip(across, down, (a, b) => Math.sqrt(a * a + b * b + (1 / 255) ** 2));
};

export const structure = (ones: Batch, others: Batch): number =>
  1 - meanOf(ones.map((picture, n) => similarity(edgesOf(picture), edgesOf(others[n]!)).structure));

/** The mean colours of a batch at each of eight heights. */
const profile = (batch: Batch): readonly number[] =>
  Array.from({ length: 8 }, (_, band) => band).flatMap((band) =>
    [0, 1, 2].map((k) => {
      const height = batch[0]!.length;
      const share = (row: number): number =>
        Math.max(0, Math.min(((band + 1) * height) / 8, row + 1) - Math.max((band * height) / 8, row));
      const rows = batch.flatMap((picture) =>
        picture.map((row, i) => share(i) * meanOf(row.map((pixel) => pixel[k]!))),
      );
      return rows.reduce((a, b) => a + b, 0) / (batch.length * (height / 8));
    }),
  );

export const heights = (ones: Batch, others: Batch): number => {
  const theirs = profile(others);
  return meanOf(profile(ones).map((v, i) => (v - theirs[i]!) ** 2));
};
