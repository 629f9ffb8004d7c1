import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, warning } from '../../diagnostics/index.js';
import { defineOp } from '../../operator/define.js';
import { type Decoded, defaulted, integer, path, required } from '../../operator/params/index.js';
import { type Outcome, type Training, training } from '../../ports/index.js';
import { type ItemFlow, lastly, operate } from '../../streams/index.js';
import type { Journal } from './journal.js';

const fields = {
  to: required(path('output'), 'Folder of the report'),
  every: defaulted(integer({ min: 1 }), 50, 'Steps between two looks: samples, and the page written anew'),
  rows: defaulted(integer({ min: 1, max: 64 }), 4, 'Examples in a grid of samples'),
};

type Params = Decoded<typeof fields>;

/** Tells people how a training goes: a page to look at, figures of every step, events for TensorBoard, samples. */
export const report = defineOp({
  name: 'report',
  about: 'Show how a training goes: a page with curves and samples, metrics.jsonl, TensorBoard events',
  params: fields,
  main: 'to',
  input: training,
  output: training,
  deterministic: false,
  shows: ({ to }) => join(to, 'report.html'),
  writes: ({ to }) => to,
  flow:
    (params, { path: operator, durable, warn }) =>
    (items: ItemFlow<Training>) => {
      let journal: Journal | undefined;
      durable.add(async () => {
        if (journal !== undefined) await (await module()).bringToDisk(journal)();
      })();
      let since: number | undefined;
      return pipe(
        items,
        operate<Outcome<Training>, Outcome<Training>>(async function* (source) {
          for await (const outcome of source) {
            if (E.isLeft(outcome)) {
              yield outcome;
              continue;
            }
            const { key, value } = outcome.right;
            const seconds = since === undefined ? 0 : (performance.now() - since) / 1000;
            since = performance.now();
            const told = await tellOf(params, value, seconds, journal)();
            if (E.isRight(told)) {
              if (journal === undefined && told.right.missing !== '')
                warn(key, warning('training/metrics-lost', `${params.to}: ${told.right.missing}.`))();
              journal = told.right;
            }
            yield E.isLeft(told) ? E.left({ key, operator, diagnostics: told.left }) : outcome;
          }
        }),
        // However the run ends, the page says where it stands.
        lastly(() => async () => {
          if (journal !== undefined) await (await module()).publish(false)(journal)();
        }),
      );
    },
});

// sharp and protobufjs are loaded when there is something to tell.
const module = () => import('./journal.js');

const tellOf = (
  { to, every, rows }: Params,
  value: Training,
  seconds: number,
  journal: Journal | undefined,
): TE.TaskEither<Diagnostics, Journal> => {
  const isDue = value.step === 1 || value.step % every === 0 || value.marks.length > 0;
  return pipe(
    TE.fromTask(module),
    TE.chain(({ openJournal, tell, sample, publish }) =>
      pipe(
        journal === undefined ? openJournal(to, value.step) : TE.right(journal),
        TE.chain(tell(value, seconds)),
        TE.chain((told) =>
          isDue
            ? pipe(
                told,
                sample(value, rows),
                TE.chain(publish(value.step < value.total && !value.marks.includes('end'))),
              )
            : TE.right(told),
        ),
      ),
    ),
  );
};
