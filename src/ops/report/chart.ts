import { short } from './short.js';

/** A value at a step. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** What stands behind a curve. */
export interface Marks {
  /** Steps of the initial training, shaded. */
  readonly pretrained: number;
  /** Steps at which a cycle ended. */
  readonly restarts: readonly number[];
  /** Steps at which an earlier state was restored. */
  readonly restored: readonly number[];
  /** Steps that the training will have. */
  readonly total: number;
}

const WIDTH = 360;
const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

/** Points drawn at most: one for every two pixels. */
const BUCKETS = 160;

/** Neighbouring points put together: their mean, least and largest. */
interface Bucket {
  readonly step: number;
  readonly mean: number;
  readonly least: number;
  readonly largest: number;
}

/** Points put together, so many buckets at most. Those that are not finite are left out. */
export const bucketsOf = (points: readonly Point[], count = BUCKETS): readonly Bucket[] => {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const size = Math.max(1, Math.ceil(finite.length / count));
  return Array.from({ length: Math.ceil(finite.length / size) }, (_, i) => {
    const members = finite.slice(i * size, (i + 1) * size);
    const values = members.map(({ value }) => value);
    return {
      step: members.reduce((sum, { step }) => sum + step, 0) / members.length,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      least: Math.min(...values),
      largest: Math.max(...values),
    };
  });
};

/** Share of a curve that its smooth form takes in on each side of a point. */
const SMOOTH = 1 / 20;

/** Means over neighbours, which do not reach over the end of the initial training: the task changes there. */
export const smoothed = (buckets: readonly Bucket[], pretrained: number): readonly Bucket[] => {
  const reach = Math.round(buckets.length * SMOOTH);
  return buckets.map((bucket, i) => {
    const near = buckets
      .slice(Math.max(0, i - reach), i + reach + 1)
      .filter(({ step }) => step <= pretrained === bucket.step <= pretrained);
    return { ...bucket, mean: near.reduce((sum, { mean }) => sum + mean, 0) / near.length };
  });
};

/** Round numbers that divide a range into about so many parts: 1, 2 or 5 times a power of ten apart. */
export const ticks = (from: number, to: number, about: number): readonly number[] => {
  if (!(to > from)) return [from];
  const rough = (to - from) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
};

/** The range that is shown: all but the few largest and smallest, which are cut off, and zero where it is near. */
const rangeOf = (buckets: readonly Bucket[], levels: readonly Level[]): readonly [number, number] => {
  const means = buckets
    .map(({ mean }) => mean)
    .concat(levels.map(({ value }) => value))
    .sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (means.length - 1))] ?? 0;
  const [low, high] = levels.length > 0 ? [at(0), at(1)] : [at(0.01), at(0.98)];
  const room = 0.1 * (high - low) || Math.abs(high) * 0.1 || 1;
  const from = low >= 0 && low < 0.4 * high ? 0 : low - room;
  return [from, high + room];
};

const curve = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`).join('');

/** A value that a curve is held against, as a line from side to side. */
export interface Level {
  readonly value: number;
  readonly kind: 'before' | 'best';
}

/** What a chart is called. */
export interface Caption {
  /** What a screen reader says. */
  readonly title: string;
  /** A name that no other chart of the page has. */
  readonly id: string;
  /** Whether the curve is exact, or leaps so that a smooth one is drawn over it. */
  readonly kind: 'exact' | 'noisy';
}

/**
 * A curve over the steps as SVG, with the spread of neighbouring steps behind it. What is drawn takes its colours from the
 * classes `grid`, `text`, `band`, `raw`, `line`, `end`, `pretrain`, `restart`, `restored`, `before` and `best`.
 */
export const chart = (
  { title, id, kind }: Caption,
  points: readonly Point[],
  marks: Marks,
  levels: readonly Level[] = [],
): string => {
  const buckets = bucketsOf(points);
  const [from, to] = rangeOf(buckets, levels);
  const last = Math.max(2, marks.total);
  const x = (step: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (step - 1)) / (last - 1);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * ((to - value) / (to - from));
  const bottom = HEIGHT - BOTTOM;
  const rows = ticks(from, to, 4).map(
    (value) =>
      `<path class="grid" d="M${LEFT},${y(value).toFixed(1)}H${WIDTH - RIGHT}"/>` +
      `<text class="text" x="${LEFT - 5}" y="${(y(value) + 3.5).toFixed(1)}" text-anchor="end">${short(value)}</text>`,
  );
  const columns = ticks(1, last, 4).map(
    (step) =>
      `<text class="text" x="${x(step).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${short(step)}</text>`,
  );
  const upright = (kind: string) => (step: number) =>
    `<path class="${kind}" d="M${x(step).toFixed(1)},${TOP}V${bottom}"/>`;
  const pretrained =
    marks.pretrained > 0
      ? `<rect class="pretrain" x="${LEFT}" y="${TOP}" width="${(x(Math.max(2, marks.pretrained)) - LEFT).toFixed(1)}" height="${bottom - TOP}"/>`
      : '';
  const band = [
    ...buckets.map(({ step, largest }) => [x(step), y(largest)] as const),
    ...[...buckets].reverse().map(({ step, least }) => [x(step), y(least)] as const),
  ];
  const lineOf = (shown: readonly Bucket[]) => shown.map(({ step, mean }) => [x(step), y(mean)] as const);
  const line = lineOf(kind === 'noisy' ? smoothed(buckets, marks.pretrained) : buckets);
  const end = line.at(-1);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<clipPath id="${id}"><rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${bottom - TOP}"/></clipPath>`,
    pretrained,
    ...rows,
    ...columns,
    ...marks.restarts.map(upright('restart')),
    ...marks.restored.map(upright('restored')),
    `<g clip-path="url(#${id})">`,
    ...levels.map(
      ({ value, kind: which }) =>
        `<path class="${which}" d="M${LEFT},${y(value).toFixed(1)}H${WIDTH - RIGHT}"/>`,
    ),
    band.length > 2 ? `<path class="band" d="${curve(band)}Z"/>` : '',
    kind === 'noisy' ? `<path class="raw" d="${curve(lineOf(buckets))}"/>` : '',
    `<path class="line" d="${curve(line)}"/>`,
    end === undefined
      ? ''
      : `<circle class="end" cx="${end[0].toFixed(1)}" cy="${end[1].toFixed(1)}" r="3"/>`,
    '</g></svg>',
  ].join('');
};
