import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type EngineName, engineNames, engines } from '../../tensor/engines.js';
import type { Engine } from '../../tensor/run/engine.js';
import { shownValue } from '../shown-value.js';

/** An engine by name, or `auto` for the fastest that works. */
export type EngineChoice = 'auto' | EngineName;

/** Names that `--engine` takes. */
export const engineChoices: readonly EngineChoice[] = ['auto', ...engineNames];

/** Where tensor work runs: an engine by name, or one that is open and belongs to somebody else. */
export type EngineSource = EngineChoice | Engine;

/** True for an engine that is open, as `createEngine` gives it. */
export const isEngine = (value: unknown): value is Engine => {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false;
  const { name, target, compile, openModel, buffer, dispose } = value as Partial<Engine>;
  return (
    engineNames.some((each) => each === name) &&
    typeof target === 'string' &&
    [compile, openModel, buffer, dispose].every((each) => typeof each === 'function')
  );
};

/** Reads what an option `engine` or `--engine` was given. Errors: `run/unknown-engine`, `run/invalid-option`. */
export const readEngine = (given: unknown): E.Either<Diagnostics, EngineSource> => {
  if (isEngine(given)) return E.right(given);
  if (typeof given !== 'string')
    return E.left([
      failure(
        'run/invalid-option',
        `\`engine\` is the name of an engine, or one that createEngine gave, not ${shownValue(given)}.`,
      ),
    ]);
  return pipe(
    engineChoices.find((each) => each === given),
    E.fromNullable<Diagnostics>([
      failure('run/unknown-engine', `There is no engine \`${given}\`.`, {
        hint: didYouMean(given, engineChoices),
      }),
    ]),
  );
};

/** What a run knows of its engine. */
export interface EngineSettings {
  /** Its name, or `auto`. */
  readonly engine: string;
  /** An engine that is open already, and stays so. Default: one is started, and ends with the run. */
  readonly opened?: Engine;
}

export const engineSettings = (engine: string | Engine): EngineSettings =>
  typeof engine === 'string' ? { engine } : { engine: engine.name, opened: engine };

/** Where a run's tensor work runs. Error: `run/unknown-engine`. */
export const engineSourceOf = ({ engine, opened }: EngineSettings): E.Either<Diagnostics, EngineSource> =>
  readEngine(opened ?? engine);

/**
 * Looks whether an engine that was asked for by name starts at all, in a process of its own, before any photo is worked on. `auto`,
 * engines that are everywhere and those that are open always do. Errors: `tensor/engine-unavailable`.
 */
export const canStart = (choice: EngineSource): TE.TaskEither<Diagnostics, void> =>
  typeof choice === 'object' || choice === 'auto' || engines[choice].isEverywhere
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
                definedOnly({ hint }),
              ),
            ]);
      };
