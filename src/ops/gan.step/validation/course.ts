import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, warning } from '../../../diagnostics/index.js';
import type { OpContext } from '../../../operator/behaviour.js';
import type { Validation } from '../../../ports/index.js';
import type { Params } from '../params.js';
import { isJudged, isPatient, type StepPlan } from '../plan.js';
import type { RunState } from '../state.js';
import type { Jury } from './held-out.js';
import { type Apply, placed, verdictOn } from './judge.js';
import { isOutplayed, signsOf, telling } from './signs.js';

/** What is at hand at a step to judge by. */
export interface Bench {
  /** The photos that are kept apart, read when they are first asked for; never rejects but where their stream throws. */
  readonly judges: () => Promise<Jury>;
  readonly warn: OpContext['warn'];
}

/** What a step came to, before its state is written down. */
export interface Course {
  readonly state: RunState;
  readonly marks: readonly string[];
  readonly validation?: Validation;
}

/** What can be seen of losses alone. */
const noticed = ({ state, marks }: Course): Course => {
  const { now, told } = telling(state.told, { outplayed: isOutplayed(state.levels) });
  return { state: { ...state, told }, marks: [...marks, ...now] };
};

/** Looks that a training is given before it is told that its results are worse than the photos. */
const GRACE = 3;

const isEarly = ({ validate, pretrain }: Params, { marks }: StepPlan, step: number): boolean =>
  marks.length === 0 && step - pretrain.steps < GRACE * (validate?.every ?? 0);

/** Judges the model of a step where that is due, and says what is seen at it. */
export const judged = (
  params: Params,
  stepPlan: StepPlan,
  after: Course,
  apply: (state: RunState) => Apply,
  { judges, warn }: Bench,
  signal: AbortSignal,
): TE.TaskEither<Diagnostics, Course> => {
  const course = noticed(after);
  const { state, marks } = course;
  if (!isJudged(params, stepPlan, state.step)) return TE.right(course);
  return pipe(
    TE.fromTask<Jury, Diagnostics>(judges),
    TE.chain((jury) => {
      if (jury.photos.length === 0) return TE.right(course);
      const { standing: before } = state;
      if (before !== undefined && before.print !== jury.print)
        warn(
          { path: jury.photos[0]!.name, index: 0, epoch: 0 },
          warning(
            'training/other-jury',
            `The ${jury.photos.length} photos that the training is judged by are not those of before step ${state.step}.`,
          ),
        )();
      return pipe(
        verdictOn(jury, apply(state), signal),
        TE.map((verdict): Course => {
          const { standing, validation, isBest } = placed(verdict, jury, state.step, before, state.levels);
          const seen = signsOf(verdict, standing, state.levels);
          const { now, told } = telling(state.told, {
            // What has hardly begun to learn is worse for a while.
            worse: isEarly(params, stepPlan, state.step) ? undefined : seen.includes('worse'),
            collapsed: seen.includes('collapsed'),
            overfitting: seen.includes('overfitting'),
          });
          const isOver = !isPatient(params, standing);
          return {
            state: { ...state, standing, told },
            marks: [
              ...marks,
              ...(isBest ? ['best'] : []),
              ...now,
              ...(isOver ? ['patience'] : []),
              ...(isOver && !marks.includes('end') ? ['end'] : []),
            ],
            validation,
          };
        }),
      );
    }),
  );
};
