import type { Judged, MetricsTold, Samples, Training, TrainingLine } from '../api/training-types.js';

/** What the page holds of trainings: pure functions of what the server tells. */

/** The figures of the training that is looked at. */
export interface Figures {
  readonly id: string;
  readonly lines: readonly TrainingLine[];
}

export const noFigures: Figures = { id: '', lines: [] };

/** The figures with those that were told now; of a step that is told again, the later ones count. */
export const figuresAfter = (figures: Figures, { isAnew, lines }: MetricsTold): Figures => {
  const first = lines[0]?.step;
  const before = isAnew ? [] : figures.lines;
  const kept =
    first === undefined || (before.at(-1)?.step ?? 0) < first
      ? before
      : before.filter(({ step }) => step < first);
  return { id: figures.id, lines: [...kept, ...lines] };
};

/** The list with one of its trainings as it is now; a new one comes first. */
export const trainingsAfter = (list: readonly Training[], training: Training): readonly Training[] =>
  list.some(({ id }) => id === training.id)
    ? list.map((each) => (each.id === training.id ? training : each))
    : [training, ...list];

/** A curve as it is drawn: steps, what each was, and the trend of it. */
export interface Points {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
  readonly trend: readonly (number | null)[];
}

/** The learning rate, which is drawn as it is. */
export const RATE = 'rate';

/** What the names of curves begin with that are of photos kept apart. */
const JUDGED = 'validation/';

/** Values that such a curve is held against: that of the photo as it is, and the best. */
export interface Levels {
  readonly before: number | undefined;
  readonly best: number | undefined;
}

export const levelsOf = (judged: Judged | undefined, curve: string): Levels => {
  const name = curve.slice(JUDGED.length);
  return judged === undefined || !curve.startsWith(JUDGED)
    ? { before: undefined, best: undefined }
    : {
        before: judged.before[name] ?? undefined,
        best: name === judged.by ? judged.best.value : undefined,
      };
};

/** Whether the photos are better left as they are. */
export const isWorse = ({ by, figures, before }: Judged): boolean => (figures[by] ?? 0) < (before[by] ?? 0);

/** The curve of a figure of photos that are kept apart, at the steps at which it was judged. */
const judgedPoints = (lines: readonly TrainingLine[], name: string): Points => {
  const judged = lines.filter(({ validation }) => validation !== undefined);
  const values = judged.map(({ validation }) => validation?.figures[name] ?? null);
  return { steps: judged.map(({ step }) => step), values, trend: values };
};

const figureOf = ({ metrics, rate }: TrainingLine, name: string): number | null =>
  name === RATE ? rate : (metrics[name] ?? null);

/** Steps of which the trend is the mean: a share of all, within bounds. */
const SHARE = 0.04;
const NARROWEST = 4;
const WIDEST = 60;

/** The curve of a figure: as it is, and as the weighted mean of the last steps. */
export const pointsOf = (lines: readonly TrainingLine[], name: string): Points => {
  if (name.startsWith(JUDGED)) return judgedPoints(lines, name.slice(JUDGED.length));
  const values = lines.map((line) => figureOf(line, name));
  const width = Math.max(NARROWEST, Math.min(WIDEST, lines.length * SHARE));
  const weight = 1 / width;
  let mean: number | undefined;
  const trend = values.map((value) => {
    if (value === null) return null;
    mean = mean === undefined ? value : mean + weight * (value - mean);
    return mean;
  });
  return { steps: lines.map(({ step }) => step), values, trend: name === RATE ? values : trend };
};

/** Of a hundred values, how many a curve's axis may leave out above: leaps of a moment would flatten all else. */
const LEAPS = 0.01;

/** The least and the most of an axis that shows these values. */
export const rangeOf = (values: readonly (number | null)[]): readonly [number, number] => {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const most = sorted[Math.ceil((sorted.length - 1) * (1 - LEAPS))] ?? 1;
  const room = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  return [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
};

/** Steps at which a cycle ended, and those at which an earlier state was restored. */
export const marksOf = (lines: readonly TrainingLine[], mark: string): readonly number[] =>
  lines.flatMap(({ step, marks }) => (marks.includes(mark) ? [step] : []));

/** A picture of a grid, in shares of the room of one picture: how large the grid is, and where the picture is in it. */
export interface Cut {
  readonly width: number;
  readonly left: number;
  readonly top: number;
}

/** Where the picture of a row and a column is; undefined where nothing says. */
export const cutOf = ({ columns, cell, gap = 0 }: Samples, row: number, column: string): Cut | undefined => {
  const at = columns?.indexOf(column) ?? -1;
  if (columns === undefined || cell === undefined || at < 0 || cell.width === 0 || cell.height === 0)
    return undefined;
  return {
    width: (columns.length * (cell.width + gap) - gap) / cell.width,
    left: (at * (cell.width + gap)) / cell.width,
    top: (row * (cell.height + gap)) / cell.height,
  };
};

/** The step whose samples are shown: the one that was chosen while it is there, else the newest. */
export const shownStep = ({ steps }: Samples, chosen: number | undefined): number | undefined =>
  chosen !== undefined && steps.includes(chosen) ? chosen : steps.at(-1);

/** How much of a training is done, from 0 to 1. */
export const shareDone = ({ step = 0, total = 0, state }: Training): number => {
  if (state === 'done') return 1;
  return total === 0 ? 0 : Math.min(1, step / total);
};
