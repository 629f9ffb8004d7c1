import { type Moment, momentAt, type Schedule, totalSteps } from '../../nn/schedules/schedule.js';
import type { CheckedParams } from '../../operator/params/index.js';
import type { Params } from './params.js';
import type { Standing } from './validation/standing.js';

/** The schedule that the parameters describe. */
export const scheduleOf = ({ schedule: { kind, params, part } }: Pick<Params, 'schedule'>): Schedule =>
  part === undefined
    ? ({ kind, ...params } as Schedule)
    : // Its codec has read the parameters of a choice that names it.
      { kind: 'own', ...part.schedule(params as unknown as CheckedParams) };

/** Steps of the whole training, the initial one included. */
export const stepsOf = (params: Pick<Params, 'schedule' | 'pretrain'>): number =>
  params.pretrain.steps + totalSteps(scheduleOf(params));

/** Whether a training waits for something better; false where nothing better has come for as long as it is to wait. */
export const isPatient = ({ stop }: Pick<Params, 'stop'>, standing: Standing | undefined): boolean =>
  stop === undefined || standing === undefined || standing.since < stop.patience;

/** Whether the result is judged after a step, by photos that are kept apart: not while it learns another task first. */
export const isJudged = (
  { validate }: Pick<Params, 'validate'>,
  { phase, marks }: Pick<StepPlan, 'phase' | 'marks'>,
  step: number,
): boolean =>
  validate !== undefined && phase === 'train' && (step % validate.every === 0 || marks.length > 0);

/** What is done at a step. */
export interface StepPlan extends Moment {
  readonly phase: 'pretrain' | 'train';
  /** Whether the discriminator takes part already. */
  readonly judged: boolean;
  readonly marks: readonly string[];
  /** Whether it is the first of its phase. */
  readonly isFirst: boolean;
  /** How many steps are done when the last one is that takes as long as this one: phases are of different work. */
  readonly paceUntil: number;
}

/**
 * What is done at a step: first the initial training at the full rate, then the schedule.
 *
 * @param step from 0
 */
export const stepPlanAt = (
  params: Pick<Params, 'schedule' | 'pretrain' | 'losses'>,
  step: number,
): StepPlan => {
  const { steps } = params.pretrain;
  if (step < steps)
    return {
      phase: 'pretrain',
      judged: false,
      multiplier: 1,
      cycle: 0,
      length: steps,
      ends: false,
      marks: [],
      isFirst: step === 0,
      paceUntil: steps,
    };
  const moment = momentAt(scheduleOf(params), step - steps);
  const total = stepsOf(params);
  const isLast = step === total - 1;
  const judgedFrom = steps + params.losses.adversarial.after;
  return {
    phase: 'train',
    judged: step - steps >= params.losses.adversarial.after,
    ...moment,
    isFirst: step === steps,
    paceUntil:
      step < judgedFrom && params.losses.adversarial.weight > 0 ? Math.min(judgedFrom, total) : total,
    marks: [...(moment.ends ? ['restart'] : []), ...(isLast ? ['end'] : [])],
  };
};
