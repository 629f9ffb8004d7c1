import { type Moment, momentAt, type Schedule, totalSteps } from '../../nn/schedules/schedule.js';
import type { Params } from './params.js';

/** The schedule that the parameters describe. */
export const scheduleOf = ({ schedule: { kind, params } }: Pick<Params, 'schedule'>): Schedule =>
  ({ kind, ...params }) as Schedule;

/** Steps of the whole training, the initial one included. */
export const stepsOf = (params: Pick<Params, 'schedule' | 'pretrain'>): number =>
  params.pretrain.steps + totalSteps(scheduleOf(params));

/** What is done at a step. */
export interface StepPlan extends Moment {
  readonly phase: 'pretrain' | 'train';
  /** Whether the discriminator takes part already. */
  readonly judged: boolean;
  readonly marks: readonly string[];
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
    };
  const moment = momentAt(scheduleOf(params), step - steps);
  const isLast = step === stepsOf(params) - 1;
  return {
    phase: 'train',
    judged: step - steps >= params.losses.adversarial.after,
    ...moment,
    marks: [...(moment.ends ? ['restart'] : []), ...(isLast ? ['end'] : [])],
  };
};
