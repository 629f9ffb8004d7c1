import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, warning } from '../../diagnostics/index.js';
import { checkpointFolder } from '../../nn/models/checkpoint-folder.js';
import type { OpContext } from '../../operator/behaviour.js';
import { defineOp } from '../../operator/define.js';
import {
  boolean,
  type Decoded,
  defaulted,
  integer,
  oneOf,
  path,
  required,
} from '../../operator/params/index.js';
import { type Item, type Outcome, type Training, training } from '../../ports/index.js';
import { type ItemFlow, lastly, operate } from '../../streams/index.js';

const fields = {
  to: required(path('output'), 'Folder of the trained model'),
  at: defaulted(oneOf('restart', 'end'), 'restart', 'When the weights become part of the model'),
  checkpoint: defaulted(
    integer({ min: 1 }),
    100,
    'Steps between two checkpoints, which --resume goes on from',
  ),
  keep: defaulted(integer({ min: 1, max: 100 }), 2, 'Checkpoints that are kept'),
  best: defaulted(
    boolean,
    true,
    'Also keep the best model so far in the folder `best`, where the training is judged by photos that are kept apart',
  ),
  half: defaulted(boolean, false, 'Store the model’s weights in half precision'),
};

type Params = Decoded<typeof fields>;

// Loaded when there is something to read or to write.
const checkpoints = () => import('./checkpoints.js');
const keeping = () => import('./keep.js');

/** Keeps what a training learns: the model at the end of each cycle, and checkpoints to go on from. */
export const snapshot = defineOp({
  name: 'snapshot',
  about: 'Keep the weights of a training: its model at the end of each cycle, and checkpoints to go on from',
  params: fields,
  main: 'to',
  input: training,
  output: training,
  writes: ({ to }) => to,
  checkpoints: (params) => ({
    folder: checkpointFolder(params.to),
    latest: pipe(
      TE.fromTask(checkpoints),
      TE.chain(({ checkpointsIn }) => checkpointsIn(checkpointFolder(params.to)).latest),
    ),
    model: {
      folder: params.to,
      files: pipe(
        TE.fromTask(() => import('../../nn/models/index.js')),
        TE.chain(({ trainedFilesIn }) => trainedFilesIn(params.to)),
      ),
    },
    conclude: (saved) =>
      pipe(
        TE.fromTask(keeping),
        TE.chain(({ conclude }) => conclude(params, saved)),
      ),
  }),
  flow: (params, context) => (items: ItemFlow<Training>) => {
    let written = 0;
    const kept = async (item: Item<Training>): Promise<E.Either<Diagnostics, unknown>> => {
      const result = await keep(params, item.value, context)();
      if (E.isRight(result)) written = item.value.step;
      return result;
    };
    return pipe(
      items,
      operate<Outcome<Training>, Outcome<Training>>(async function* (source) {
        await (await keeping()).clearUp(params);
        for await (const outcome of source) {
          yield outcome;
          // Those below have told of the step by now: a checkpoint never says more than a report does.
          if (E.isLeft(outcome) || !isDue(params, outcome.right.value)) continue;
          const result = await kept(outcome.right);
          if (E.isLeft(result))
            yield E.left({ key: outcome.right.key, operator: context.path, diagnostics: result.left });
        }
      }),
      lastly((last, ending) => async () => {
        if (last === undefined) return;
        // Whatever ended the run, it can go on from here; what could not be written a moment ago is tried again.
        if (last.value.step !== written) {
          const result = await kept(last);
          if (E.isLeft(result)) context.warn(last.key, notSaved(last.value, written, result.left))();
        }
        if (ending === 'complete') tellEarlyEnd(last, context)();
      }),
    );
  },
});

/** Whether something is written at a step: a model, or a checkpoint. */
const isDue = (params: Params, value: Training): boolean =>
  // A model is never trained over, so there is a checkpoint to go on from before there is one.
  value.step === 1 ||
  isOfModel(params, value) ||
  value.step % params.checkpoint === 0 ||
  isOfBest(params, value);

/** Whether the model as it is at a step is kept. */
const isOfModel = ({ at }: Params, { marks }: Training): boolean =>
  marks.includes(at) || marks.includes('end');

/** Whether it is kept as the best so far. */
const isOfBest = ({ best }: Params, { marks }: Training): boolean => best && marks.includes('best');

const nothing = TE.right<Diagnostics, unknown>(undefined);

/** Writes what a step leaves: the model first where one is due, for a checkpoint says that what came before it is done. */
const keep = (params: Params, value: Training, context: OpContext): TE.TaskEither<Diagnostics, unknown> =>
  pipe(
    TE.fromTask(keeping),
    TE.chain(({ keepModel, keepBest, keepState }) =>
      pipe(
        isOfModel(params, value) ? keepModel(params, value) : nothing,
        TE.chain(() => (isOfBest(params, value) ? keepBest(params, value) : nothing)),
        TE.chain(() => keepState(params, value, context)),
      ),
    ),
  );

const notSaved = ({ step }: Training, written: number, [{ message, code }]: Diagnostics): Diagnostic =>
  warning(
    'training/not-saved',
    `The state of step ${step} could not be kept (${code}: ${message}) ${written > 0 ? `That of step ${written} is.` : 'What was kept before this run is as it was.'}`,
  );

const tellEarlyEnd = ({ key, value: { step, total } }: Item<Training>, { warn }: OpContext) =>
  step < total
    ? warn(key, warning('training/ended-early', `The items ended after step ${step} of ${total}.`))
    : () => undefined;
