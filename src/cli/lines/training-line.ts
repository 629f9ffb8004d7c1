import type { TrainedStep } from '../../execution/run.js';
import { happened } from '../../ops/report/happened.js';
import { short } from '../../ops/report/short.js';
import { definedOnly } from '../../ports/defined.js';
import type { Progress } from '../../streams/index.js';
import type { Paints } from '../terminal.js';
import { barLine, clock } from './progress-line.js';

/** Where a training stands: its last step, with metrics that are evened out so that they can be read. */
export interface TrainingProgress extends TrainedStep {
  /** Examples in a step. */
  readonly batch: number;
  /** What was measured since steps of another kind were done in this run; undefined where there were none. */
  readonly since: Since | undefined;
}

/** The first step of a kind, which is compiled as well, and when it and the last one were done, in milliseconds. */
interface Since {
  readonly step: number;
  readonly at: number;
  readonly last: number;
}

const sinceOf = (before: TrainingProgress | undefined, step: TrainedStep, now: number): Since | undefined => {
  if (before === undefined) return undefined;
  if (before.paceUntil !== step.paceUntil) return { step: step.step, at: now, last: now };
  return before.since && { ...before.since, last: now };
};

/** Share of what was known that stays at each step. */
const KEEP = 0.9;

/**
 * The progress after a step. Metrics of another phase are another task's, so they begin anew.
 *
 * @param now milliseconds of a clock that never goes back
 */
export const trained = (
  before: TrainingProgress | undefined,
  step: TrainedStep,
  now = performance.now(),
): TrainingProgress => {
  const known = before?.phase === step.phase ? before.metrics : {};
  const metrics = Object.fromEntries(
    Object.entries(step.metrics).map(([name, value]) => {
      const old = known[name];
      return [name, old === undefined || !Number.isFinite(old) ? value : KEEP * old + (1 - KEEP) * value];
    }),
  );
  const batch = before === undefined ? step.images / step.step : step.images - before.images;
  const validation = step.validation ?? before?.validation;
  return { ...step, ...definedOnly({ validation }), metrics, batch, since: sinceOf(before, step, now) };
};

const metricsInWords = (metrics: TrainedStep['metrics']): readonly string[] =>
  Object.entries(metrics).map(([name, value]) => `${name} ${short(value)}`);

/** A figure of photos that are kept apart, beside that of the photos as they are, and the best. */
export const validationInWords = ({
  by,
  figures,
  before,
  best,
}: NonNullable<TrainedStep['validation']>): string =>
  `${by} ${short(figures[by] ?? Number.NaN)} (photo itself ${short(before[by] ?? Number.NaN)}, best ${short(best.value)})`;

/** How good a result is, at the end of a run. */
export const qualityInWords = ({
  photos,
  by,
  figures,
  before,
  best,
}: NonNullable<TrainedStep['validation']>): readonly string[] => {
  const [now, was] = [figures[by] ?? Number.NaN, before[by] ?? Number.NaN];
  return [
    ...(now < was ? ['the result is worse than the photo itself'] : []),
    `${by} ${short(now)} by ${photos} ${photos === 1 ? 'photo' : 'photos'} that it did not learn from; ${short(was)} as they are; best ${short(best.value)} at step ${best.step}`,
  ];
};

/** Whether anything happened that is worth a line. */
export const isMilestone = ({ marks }: TrainedStep): boolean => marks.some(isNotable);

/** The best so far is news at every other look. */
const isNotable = (mark: string): boolean => mark !== 'best';

/** What happened at a step, in a line that stays. */
export const milestone = ({ step, total, marks, metrics, validation }: TrainingProgress): string =>
  [
    `step ${step}/${total}: ${marks.filter(isNotable).map(happened).join(', ')}`,
    ...(validation === undefined ? [] : [validationInWords(validation)]),
    ...metricsInWords(metrics),
  ].join('  ');

/** Where a training stands, what matters most first. @param progress its pace, a step for each item */
export const trainingDetails = (training: TrainingProgress, progress: Progress): readonly string[] => {
  const { step, total, phase, cycle, rate, metrics, batch, validation } = training;
  const pace = paceOf(training, progress);
  return [
    `${step}/${total}`,
    ...timeLeft(training, pace),
    ...(validation === undefined ? [] : [validationInWords(validation)]),
    phase === 'pretrain' ? 'initial' : `cycle ${cycle + 1}`,
    `rate ${short(rate)}`,
    ...(pace === undefined ? [] : [`${short(batch * pace)} images/s`]),
    ...(progress.failed > 0 ? [`${progress.failed} failed`] : []),
    ...metricsInWords(metrics),
  ];
};

/** The same on one line of less than `width` columns, with a bar. */
export const trainingLine = (
  training: TrainingProgress,
  progress: Progress,
  width: number,
  paint: Paints,
): string => barLine(trainingDetails(training, progress), training.step, training.total, width, paint);

/** Steps a second of the kind that is done now: what those of another kind took says nothing of them. */
const paceOf = ({ step, since }: TrainingProgress, { rate }: Progress): number | undefined => {
  if (since === undefined) return rate;
  const seconds = (since.last - since.at) / 1000;
  return step > since.step && seconds > 0 ? (step - since.step) / seconds : undefined;
};

/** How long it will take to the end, what steps of other kinds take counted in. */
const timeLeft = (
  { step, total, stepsLeft = total - step }: TrainingProgress,
  pace: number | undefined,
): readonly string[] => (pace === undefined || pace <= 0 ? [] : [`${clock((1000 * stepsLeft) / pace)} left`]);
