import type { Levels } from '../growth.js';
import type { Verdict } from './figures.js';
import type { Standing, Told } from './standing.js';

/** How far below the best a figure is before it counts as worse. */
const MARGINS: Readonly<Record<string, number>> = { psnr: 0.3, look: 0.05 };

/** How often in a row it must have been judged without a better model. */
const OFTEN = 3;

/** The loss that falls as long as a training learns. */
export const learningLoss = (levels: Levels): number =>
  (levels.pixel ?? levels.heights ?? levels.generator)?.now ?? Number.NaN;

/** Whether photos that are not learned from come out ever worse while the loss falls further. */
const overfits = ({ by, figures }: Verdict, standing: Standing, levels: Levels): boolean =>
  standing.since >= OFTEN &&
  figures[by]! < standing.best - (MARGINS[by] ?? 0) &&
  learningLoss(levels) < 0.95 * standing.loss;

/** Share of the variety that pictures should have, below which they are as good as all the same. */
const SAME = 0.15;

/** Whether photos are better left as they are. */
const isWorse = ({ by, figures, before }: Verdict): boolean => figures[by]! < before[by]!;

/** What is wrong by the photos that a training is judged by. */
export const signsOf = (verdict: Verdict, standing: Standing, levels: Levels): readonly string[] => [
  ...(isWorse(verdict) ? ['worse'] : []),
  ...(verdict.variety < SAME ? ['collapsed'] : []),
  ...(overfits(verdict, standing, levels) ? ['overfitting'] : []),
];

/** The loss of a discriminator, evened out, below which it tells every picture, and from which on it may be told again. */
const WON = 0.02;
const OPEN = 0.1;

/** Whether a discriminator has won, so that nothing is learned from it any more; undefined between the two. A critic has no such measure. */
export const isOutplayed = (levels: Levels): boolean | undefined => {
  const judges = ['discriminator', 'discriminatorBack'].flatMap((name) => levels[name]?.now ?? []);
  if (judges.length === 0) return false;
  if (Math.min(...judges) < WON) return true;
  return Math.min(...judges) > OPEN ? false : undefined;
};

/** What is to be told now, and what was told from now on. @param seen of the signs that were looked for: undefined leaves it as it is */
export const telling = (
  told: Told,
  seen: Readonly<Record<string, boolean | undefined>>,
): { readonly now: readonly string[]; readonly told: Told } => ({
  now: Object.keys(seen).filter((name) => seen[name] === true && !told.includes(name)),
  told: [
    ...told.filter((name) => seen[name] !== false),
    ...Object.keys(seen).filter((name) => seen[name] === true && !told.includes(name)),
  ].sort(),
});
