import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { allSendable, failure, messageOf } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { compile } from '../compile.js';
import { giveWay, ignoreSignals, tellParent } from '../own-process.js';
import { runPlan } from '../run.js';
import type { Said, Told, TrainingSetup } from './protocol.js';

/**
 * A program of its own that trains for a server, by the very functions that `pipe run` calls. It keeps what it has learned when it is
 * told to stop, and when the server goes.
 */

/** Milliseconds that it has to keep what it learned, once nobody is there who could wait for it. */
const PATIENCE = 20_000;

const control = new AbortController();

const say: (said: Said) => Promise<void> = tellParent;

const train = async ({ file, pipeline, set, engine, resume }: TrainingSetup): Promise<Said> => {
  const ended = await pipe(
    compile(file, { set, ...definedOnly({ pipeline }) }),
    TE.chain((plan) => runPlan(plan, { engine, resume, signal: control.signal })),
  )();
  if (E.isLeft(ended)) return { kind: 'failed', diagnostics: allSendable(ended.left) };
  const { end } = ended.right;
  return end.kind === 'stopped'
    ? { kind: 'failed', diagnostics: allSendable(end.diagnostics) }
    : { kind: 'ended', end: end.kind === 'complete' ? 'complete' : 'stopped' };
};

// Edits that somebody waits for come first.
giveWay(process.pid);

ignoreSignals();

process.on('disconnect', () => {
  control.abort();
  setTimeout(() => process.exit(1), PATIENCE).unref();
});

process.on('message', (told: Told) => {
  if (told.kind === 'stop') return control.abort();
  void train(told.setup)
    .catch(
      (thrown: unknown): Said => ({
        kind: 'failed',
        diagnostics: [failure('run/operator-threw', messageOf(thrown))],
      }),
    )
    .then(say)
    .then(() => process.exit());
});
