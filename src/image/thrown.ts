import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Code, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';

/** Whether what was thrown says that memory could not be had: by V8 for typed arrays, by libvips for its own. */
export const meansNoMemory = (message: string): boolean =>
  /allocation failed|invalid (typed )?array length|could not allocate|out of memory/i.test(message);

/** The error of something thrown while working on a picture. */
export const thrownAt = (code: Code, message: string, cause: unknown): Diagnostics => [
  meansNoMemory(messageOf(cause))
    ? failure('image/out-of-memory', `${message}: there is not enough memory.`, { cause })
    : failure(code, `${message}: ${messageOf(cause)}.`, { cause }),
];

/** A task that never rejects: whatever is thrown inside it becomes diagnostics. */
export const total = <A>(
  task: TE.TaskEither<Diagnostics, A>,
  code: Code,
  message: string,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    TE.tryCatch(task, (cause) => thrownAt(code, message, cause)),
    TE.chain(TE.fromEither),
  );
