import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, warning } from '../../diagnostics/index.js';
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
  half: defaulted(boolean, false, 'Store the model’s weights in half precision'),
};

type Params = Decoded<typeof fields>;

const folderOf = ({ to }: Pick<Params, 'to'>): string => join(to, 'checkpoints');

// Loaded when there is something to write.
const checkpoints = () => import('./checkpoints.js');

/** Keeps what a training learns: the model at the end of each cycle, and checkpoints to go on from. */
export const snapshot = defineOp({
  name: 'snapshot',
  about: 'Keep the weights of a training: its model at the end of each cycle, and checkpoints to go on from',
  params: fields,
  main: 'to',
  input: training,
  output: training,
  checkpoints: (params) => ({
    folder: folderOf(params),
    latest: pipe(
      TE.fromTask(checkpoints),
      TE.chain(({ checkpointsIn }) => checkpointsIn(folderOf(params)).latest),
    ),
  }),
  flow: (params, context) => (items: ItemFlow<Training>) => {
    let written = 0;
    const write = (item: Item<Training>): TE.TaskEither<Diagnostics, unknown> =>
      pipe(
        TE.fromTask(checkpoints),
        TE.chain(({ writeCheckpoint }) => writeCheckpoint(folderOf(params), item.value, params.keep)),
        TE.chainFirstIOK(() => () => {
          written = item.value.step;
        }),
      );
    return pipe(
      items,
      operate<Outcome<Training>, Outcome<Training>>(async function* (source) {
        for await (const outcome of source) {
          if (E.isLeft(outcome)) {
            yield outcome;
            continue;
          }
          const kept = await keep(params, outcome.right, write)();
          yield E.isLeft(kept)
            ? E.left({ key: outcome.right.key, operator: context.path, diagnostics: kept.left })
            : outcome;
        }
      }),
      lastly((last, ending) => async () => {
        if (last === undefined) return;
        // Whatever ended the run, it can go on from here.
        if (last.value.step !== written) await write(last)();
        if (ending === 'complete') tellEarlyEnd(last, context)();
      }),
    );
  },
});

/** Writes what is due at a step: the model first, for a checkpoint says that what came before it is done. */
const keep = (
  params: Params,
  item: Item<Training>,
  write: (item: Item<Training>) => TE.TaskEither<Diagnostics, unknown>,
): TE.TaskEither<Diagnostics, unknown> => {
  const { step, marks } = item.value;
  const isModel = marks.includes(params.at);
  return pipe(
    isModel ? addModel(params, item.value) : TE.right(undefined),
    TE.chain(() =>
      isModel || step % params.checkpoint === 0 || marks.includes('end') ? write(item) : TE.right(undefined),
    ),
  );
};

const addModel = (
  { to, half }: Params,
  { model: { generator, weights }, step, cycle, images, metrics }: Training,
): TE.TaskEither<Diagnostics, unknown> =>
  pipe(
    TE.fromTask(() => import('../../nn/models/index.js')),
    TE.chain(({ addSnapshot }) =>
      addSnapshot(to, generator, weights, { step, cycle, half, training: { steps: step, images, metrics } }),
    ),
  );

const tellEarlyEnd = ({ key, value: { step, total } }: Item<Training>, { warn }: OpContext) =>
  step < total
    ? warn(key, warning('training/ended-early', `The items ended after step ${step} of ${total}.`))
    : () => undefined;
