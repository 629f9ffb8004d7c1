import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure, messageOf } from '../../diagnostics/index.js';
import type { Engine, jit } from '../../tensor/index.js';
import type { Tf } from '../../tensor/tf.js';

/** What tensor operators need to run; loading it takes a quarter of a second, so it waits for the first of them. */
export interface TensorRuntime {
  readonly tf: Tf;
  readonly jit: typeof jit;
  readonly engine: Engine;
}

/** Names that `--engine` takes. */
export const engineNames = [
  'auto',
  'cpu',
  'webgpu',
  'cuda',
  'dml',
  'coreml',
  'tfjs-node-gpu',
  'tfjs-cpu',
] as const;

/** An engine, or `auto` for the fastest that works. */
export type EngineChoice = (typeof engineNames)[number];

/** Reads what `--engine` was given. */
export const readEngine = (name: string): E.Either<Diagnostics, EngineChoice> =>
  pipe(
    engineNames.find((each) => each === name),
    E.fromNullable<Diagnostics>([
      failure('run/unknown-engine', `There is no engine \`${name}\`.`, {
        hint: didYouMean(name, engineNames),
      }),
    ]),
  );

/**
 * Looks whether an engine that was asked for by name starts at all, in a process of its own, before any photo is worked on. `cpu` and
 * `auto` always do. Errors: `tensor/engine-unavailable`.
 */
export const canStart = (choice: EngineChoice): TE.TaskEither<Diagnostics, void> =>
  choice === 'auto' || choice === 'cpu' || choice === 'tfjs-cpu'
    ? TE.right(undefined)
    : async () => {
        const { tryEngine } = await import('../../tensor/run/survey.js');
        const { works, note, hint } = await tryEngine(choice)();
        return works
          ? E.right(undefined)
          : E.left([
              failure(
                'tensor/engine-unavailable',
                `The engine ${choice} does not work here: ${(note ?? 'no reason was given').replace(/\.$/, '')}.`,
                hint === undefined ? {} : { hint },
              ),
            ]);
      };

/** The tensor runtime of a run; each part is loaded once, when it is first asked for. */
export interface LazyRuntime {
  readonly get: TE.TaskEither<Diagnostics, TensorRuntime>;
  /** The engine alone, for what needs no tfjs. */
  readonly engine: TE.TaskEither<Diagnostics, Engine>;
  /** Ends the engine's worker if there is one. */
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

/**
 * Loads the tensor runtime when it is first asked for.
 *
 * @param chosen is told which engine it is
 */
export const tensorRuntime = (
  choice: EngineChoice,
  chosen: (engine: string) => IO<void> = () => () => undefined,
): LazyRuntime => {
  let started: Promise<Engine> | undefined;
  const start = async (): Promise<Engine> => {
    const engine =
      choice === 'auto'
        ? (await (await import('../../tensor/run/survey.js')).fastestEngine()).engine
        : (await import('../../tensor/run/engine.js')).createEngine(choice);
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
