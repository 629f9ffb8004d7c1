import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Compiled, Engine } from './engine.js';

/**
 * An engine that belongs to somebody else. Disposing of it gives back what was made ready through it, and leaves the engine to
 * its owner; what is made ready afterwards is an error, `tensor/disposed`.
 */
export const borrowed = (engine: Engine): Engine => {
  const held = new Set<Compiled>();
  let isOver = false;
  const holding =
    (operator: string) =>
    <C extends Compiled>(compiled: C): E.Either<Diagnostics, C> => {
      if (isOver) {
        compiled.dispose();
        return E.left([failure('tensor/disposed', `${operator}: what it was made ready for is closed.`)]);
      }
      const dispose = (): void => {
        held.delete(own);
        compiled.dispose();
      };
      const own: C = { ...compiled, dispose };
      held.add(own);
      return E.right(own);
    };
  return {
    ...engine,
    compile: (executable) => TE.chainEitherK(holding(executable.operator))(engine.compile(executable)),
    openModel: (operator, model, limits) =>
      TE.chainEitherK(holding(operator))(engine.openModel(operator, model, limits)),
    dispose: async () => {
      isOver = true;
      for (const compiled of held) compiled.dispose();
    },
  };
};
