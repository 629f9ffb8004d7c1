import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Compiled, Engine } from '../../tensor/run/engine.js';

/** An engine, but for how it runs what it compiled. */
export const engineThat = (engine: Engine, changed: (run: Compiled['run']) => Compiled['run']): Engine => ({
  ...engine,
  compile: (executable) =>
    pipe(
      engine.compile(executable),
      TE.map((held) => ({ ...held, run: changed(held.run), runOnCopies: changed(held.runOnCopies) })),
    ),
});
