/** Figures about one item, or their means. */
export type Figures = Readonly<Record<string, number>>;

/** Sums and counts of figures, by name. */
export type Totals = Readonly<Record<string, { readonly sum: number; readonly count: number }>>;

/** Adds the figures of one more item. */
export const addFigures = (totals: Totals, figures: Figures): Totals => ({
  ...totals,
  ...Object.fromEntries(
    Object.entries(figures).map(([name, value]) => {
      const { sum, count } = totals[name] ?? { sum: 0, count: 0 };
      return [name, { sum: sum + value, count: count + 1 }];
    }),
  ),
});

/** The mean of each figure, over the items that have it. */
export const meansOf = (totals: Totals): Figures =>
  Object.fromEntries(Object.entries(totals).map(([name, { sum, count }]) => [name, sum / count]));

const units: Readonly<Record<string, string>> = { psnr: ' dB' };

const written = (value: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : String(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4);
};

/** `psnr 23.41 dB  ssim 0.8712` */
export const figuresInWords = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${written(value)}${units[name] ?? ''}`)
    .join('  ');
