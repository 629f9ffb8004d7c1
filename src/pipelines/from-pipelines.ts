import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import { parse, type SourceFile } from './compile.js';
import type { PipelineSource } from './parse/pipeline-file.js';

/** What is made of the pipelines of a file, those left out of which nothing is. Errors: those of reading the file. */
export const fromPipelines = <A>(
  file: SourceFile,
  make: (pipeline: PipelineSource) => Promise<A | undefined>,
): TE.TaskEither<Diagnostics, readonly A[]> =>
  pipe(
    TE.fromEither(parse(file.shown ?? file.path, file.text)),
    TE.chainTaskK(({ pipelines }) => async () => {
      const made = await Promise.all(pipelines.map(make));
      return made.flatMap((each) => (each === undefined ? [] : [each]));
    }),
  );
