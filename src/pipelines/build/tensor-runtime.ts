import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure, messageOf } from '../../diagnostics/index.js';
import type { Tf } from '../../ops/index.js';
import type { Engine, jit } from '../../tensor/index.js';

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
 * Loads the tensor runtime once, when it is first asked for. `close` ends the engine's worker if it was.
 *
 * @param chosen is told which engine it is
 */
export const tensorRuntime = (
  choice: EngineChoice,
  chosen: (engine: string) => IO<void> = () => () => undefined,
): { readonly get: TE.TaskEither<Diagnostics, TensorRuntime>; readonly close: () => Promise<void> } => {
  let loading: Promise<TensorRuntime> | undefined;
  const load = async (): Promise<TensorRuntime> => {
    const [tf, { createEngine, fastestEngine, jit }] = await Promise.all([
      import('@tensorflow/tfjs'),
      import('../../tensor/index.js'),
    ]);
    const engine = choice === 'auto' ? (await fastestEngine()).engine : createEngine(choice);
    chosen(engine.name)();
    return { tf, jit, engine };
  };
  return {
    get: TE.tryCatch(
      () => {
        loading ??= load();
        return loading;
      },
      (cause): Diagnostics => [
        failure('tensor/engine-unavailable', `The tensor engine cannot be loaded: ${messageOf(cause)}`, {
          cause,
        }),
      ],
    ),
    close: async () => {
      const runtime = await loading?.catch(() => undefined);
      await runtime?.engine.dispose();
    },
  };
};
