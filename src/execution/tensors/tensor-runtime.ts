import type { IO } from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Engine, jit } from '../../tensor/index.js';
import type { Tf } from '../../tensor/tf.js';
import type { EngineSource } from './engine-choice.js';

/** What tensor operators need to run; loading it takes a quarter of a second, so it waits for the first of them. */
export interface TensorRuntime {
  readonly tf: Tf;
  readonly jit: typeof jit;
  readonly engine: Engine;
}

/** The tensor runtime of a run; each part is loaded once, when it is first asked for. */
export interface LazyRuntime {
  readonly get: TE.TaskEither<Diagnostics, TensorRuntime>;
  /** The engine alone, for what needs no tfjs. */
  readonly engine: TE.TaskEither<Diagnostics, Engine>;
  /** Ends the engine's worker if there is one; of an engine that belongs to somebody else, gives back what was made ready on it. */
  readonly close: () => Promise<void>;
}

const guarded = <A>(load: () => Promise<A>): TE.TaskEither<Diagnostics, A> =>
  TE.tryCatch(
    load,
    (cause): Diagnostics => [
      failure('tensor/engine-unavailable', `The tensor engine cannot be loaded: ${messageOf(cause)}`, {
        cause,
      }),
    ],
  );

/** An engine of one's own, or what is one's own on that of somebody else. */
const engineAt = async (choice: EngineSource): Promise<Engine> => {
  if (typeof choice === 'object') return (await import('../../tensor/run/borrowed.js')).borrowed(choice);
  return choice === 'auto'
    ? (await (await import('../../tensor/run/survey.js')).fastestEngine()).engine
    : (await import('../../tensor/run/engine.js')).createEngine(choice);
};

/**
 * Loads the tensor runtime when it is first asked for.
 *
 * @param chosen is told which engine it is
 */
export const tensorRuntime = (
  choice: EngineSource,
  chosen: (engine: string) => IO<void> = () => () => undefined,
): LazyRuntime => {
  let started: Promise<Engine> | undefined;
  const start = async (): Promise<Engine> => {
    const engine = await engineAt(choice);
    chosen(engine.name)();
    return engine;
  };
  const engine = (): Promise<Engine> => {
    started ??= start();
    return started;
  };
  // Modules that are loaded already come at once.
  const load = async (): Promise<TensorRuntime> => {
    const [tf, { jit }] = await Promise.all([
      import('../../tensor/tfjs.js'),
      import('../../tensor/index.js'),
    ]);
    return { tf, jit, engine: await engine() };
  };
  return {
    get: guarded(load),
    engine: guarded(engine),
    close: async () => {
      const running = await started?.catch(() => undefined);
      await running?.dispose();
    },
  };
};
