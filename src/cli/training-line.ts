import type { TrainedStep } from '../execution/run.js';
import { short } from '../ops/report/short.js';
import type { Progress } from '../streams/index.js';
import { barLine, clock } from './progress-line.js';
import type { Paints } from './terminal.js';

/** Where a training stands: its last step, with metrics that are evened out so that they can be read. */
export interface TrainingProgress extends TrainedStep {
  /** Examples in a step. */
  readonly batch: number;
}

/** Share of what was known that stays at each step. */
const KEEP = 0.9;

/** The progress after a step. Metrics of another phase are another task's, so they begin anew. */
export const trained = (before: TrainingProgress | undefined, step: TrainedStep): TrainingProgress => {
  const known = before?.phase === step.phase ? before.metrics : {};
  const metrics = Object.fromEntries(
    Object.entries(step.metrics).map(([name, value]) => {
      const old = known[name];
      return [name, old === undefined || !Number.isFinite(old) ? value : KEEP * old + (1 - KEEP) * value];
    }),
  );
  const batch = before === undefined ? step.images / step.step : step.images - before.images;
  return { ...step, metrics, batch };
};

const metricsInWords = (metrics: TrainedStep['metrics']): readonly string[] =>
  Object.entries(metrics).map(([name, value]) => `${name} ${short(value)}`);

const happened: Readonly<Record<string, string>> = {
  restart: 'end of a cycle',
  restored: 'a loss was not finite: an earlier state is restored, at a lower rate',
  end: 'end of the training',
};

/** What happened at a step, in a line that stays. */
export const milestone = ({ step, total, marks, metrics }: TrainingProgress): string =>
  [
    `step ${step}/${total}: ${marks.map((mark) => happened[mark] ?? mark).join(', ')}`,
    ...metricsInWords(metrics),
  ].join('  ');

/** A training on one line of less than `width` columns. @param progress its pace, a step for each item */
export const trainingLine = (
  { step, total, phase, cycle, rate, metrics, batch }: TrainingProgress,
  progress: Progress,
  width: number,
  paint: Paints,
): string => {
  const pace = progress.rate;
  const details = [
    `${step}/${total}`,
    ...(pace === undefined || pace <= 0 ? [] : [`${clock((1000 * (total - step)) / pace)} left`]),
    phase === 'pretrain' ? 'initial' : `cycle ${cycle + 1}`,
    ...metricsInWords(metrics),
    `rate ${short(rate)}`,
    ...(pace === undefined ? [] : [`${short(batch * pace)} images/s`]),
    ...(progress.failed > 0 ? [`${progress.failed} failed`] : []),
  ];
  return barLine(details, step, total, width, paint);
};
