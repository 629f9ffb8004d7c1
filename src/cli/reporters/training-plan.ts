import type { Plan } from '../../execution/plan/plan.js';
import type { TrainingSource, TrainingSurvey } from '../../execution/plan/training.js';
import type { Trial } from '../../execution/trainings/trial.js';
import { span } from '../../ops/report/span.js';
import { definedOnly } from '../../ports/defined.js';

/** How often each photo of a source is seen. */
const passesOf = ({ steps, batch }: TrainingSurvey, { photos }: TrainingSource): number =>
  photos === 0 ? 0 : (steps * batch) / photos;

const rounded = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

/** What a training is in `pipe plan --json`. */
export const trainingJson = ({ training }: Plan, trial: Trial | undefined): object =>
  training === undefined
    ? {}
    : {
        training: {
          steps: training.steps,
          batch: training.batch,
          sources: training.sources.map((source) => ({
            path: source.node.path,
            photos: source.photos,
            passes: passesOf(training, source),
            ...definedOnly({ small: source.small }),
          })),
          ...definedOnly({ trial }),
        },
      };

/** What a training is: photos, steps, how often each photo is seen, and what it takes where that was tried. */
export const trainingLines = ({ training }: Plan, trial: Trial | undefined): readonly string[] => {
  if (training === undefined) return [];
  const { steps, batch, sources } = training;
  return [
    `${steps} steps of ${batch}`,
    ...sources.map(
      (source) =>
        `  ${source.node.path}: ${source.photos} ${source.photos === 1 ? 'photo' : 'photos'}, each seen ${rounded(passesOf(training, source))} times`,
    ),
    trial === undefined
      ? 'how long it takes: --trial takes a few steps to say so'
      : `about ${span(trial.seconds)} in all, ${rounded(trial.secondsPerStep)} s a step (by ${trial.steps} steps here and now), ${Math.ceil(trial.bytes / 1e6)} MB at most`,
  ];
};
