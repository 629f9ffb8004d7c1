import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import type { Item, ItemFailure } from '../ports/index.js';

/**
 * Runs an operator's work on one item. Diagnostics become the failure of the item, and so does whatever the work
 * throws, early or late: as `run/operator-threw`, or as the diagnostics it carries.
 *
 * @param operator path of the operator in the pipeline, as in `steps[2]/decode`
 */
export const attempt = async <A, B>(
  operator: string,
  item: Item<A>,
  work: (item: Item<A>) => TaskEither<Diagnostics, B>,
): Promise<E.Either<ItemFailure, B>> => {
  try {
    const result = await work(item)();
    return E.isRight(result) ? result : E.left({ key: item.key, operator, diagnostics: result.left });
  } catch (thrown) {
    return E.left({ key: item.key, operator, diagnostics: diagnosticsOf(operator, thrown) });
  }
};

/** What something that an operator threw is called: its own diagnostics, a refusal of the system, or a fault of the operator. */
export const diagnosticsOf = (operator: string, thrown: unknown): Diagnostics =>
  thrown instanceof DiagnosticError
    ? thrown.diagnostics
    : [
        failure(
          isRefusal(thrown) ? 'run/system-refused' : 'run/operator-threw',
          `${operator}: ${messageOf(thrown)}`,
          {
            cause: thrown,
          },
        ),
      ];

/** What a system says that has no more files, memory or processes to give, whatever they are asked for. */
const refusals: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** What Node says of a package that is not there, or cannot be read: where no more files can be opened it says that as well. */
const missing: ReadonlySet<unknown> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_DLOPEN_FAILED',
]);

const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  (missing.has(thrown.code) || ('syscall' in thrown && refusals.has(thrown.code)));
