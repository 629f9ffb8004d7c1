import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { createDurable } from '../../disk/durable.js';
import type { OpContext } from '../../operator/behaviour.js';
import { randomFor } from '../../operator/random.js';
import { unrecorded } from '../../ops/save/clearance.js';
import type { Engine } from '../../tensor/run/engine.js';

/** Where an operator under test stands. */
export interface ContextOptions {
  /** Its place in the pipeline; the random choices depend on it. */
  readonly path?: string;
  /** Default: 1. */
  readonly seed?: number;
  readonly engine?: TE.TaskEither<Diagnostics, Engine>;
  /** Is told of warnings. */
  readonly warned?: (message: string) => void;
}

/** A context like that of a run. */
export const contextFor = ({
  path = 'steps[0]/tested',
  seed = 1,
  engine = TE.fromTask(async () => {
    const { defaultEngine } = await import('../../tensor/jit.js');
    return defaultEngine();
  }),
  warned = () => undefined,
}: ContextOptions = {}): OpContext => ({
  path,
  seed,
  random: (key) => randomFor(seed, path, key),
  warn:
    (_, { message }) =>
    () =>
      warned(message),
  note: () => () => undefined,
  receipt: () => () => undefined,
  crashGuard: (_, work) => T.Monad.map(work, O.some),
  results: unrecorded,
  engine: 'cpu',
  openEngine: engine,
  jobs: 2,
  memory: 2 ** 31,
  certify: false,
  durable: createDurable(),
});
