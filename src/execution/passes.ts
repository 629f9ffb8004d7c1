import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import type { ItemFailure, Outcome } from '../ports/index.js';
import { type ItemFlow, operate } from '../streams/index.js';

/** Paths that are named of those that failed. */
const NAMED = 3;

/**
 * Ends a run at a stage that a whole pass over the source has given nothing but failures: the next pass would give the same,
 * and the one after it; or nothing but failures so often in a row. Failures that `isOwn` is false for, such as those from above a batch, say nothing about the stage.
 * @throws DiagnosticError `training/nothing-to-learn-from`, out of the flow
 */
export const endingInVain = (
  isOwn: (failed: ItemFailure) => boolean = () => true,
  most: number = Number.POSITIVE_INFINITY,
): ((source: ItemFlow<unknown>) => ItemFlow<unknown>) =>
  operate<Outcome<unknown>, Outcome<unknown>>(async function* (source) {
    let epoch: number | undefined;
    let isWhole = false;
    let good = 0;
    let failed: ItemFailure[] = [];
    let count = 0;
    let inARow = 0;
    for await (const outcome of source) {
      const at = (E.isRight(outcome) ? outcome.right : outcome.left).key.epoch;
      if (epoch === undefined || at > epoch) {
        if (isWhole && good === 0 && count > 0) throw new DiagnosticError([inVain(failed, count)]);
        // A training that was taken up begins somewhere in a pass.
        isWhole = epoch !== undefined || at === 0;
        [epoch, good, failed, count] = [at, 0, [], 0];
      }
      if (E.isRight(outcome)) {
        good++;
        inARow = 0;
      } else if (isOwn(outcome.left)) {
        count++;
        inARow++;
        if (failed.length < NAMED) failed.push(outcome.left);
      }
      yield outcome;
      if (inARow >= most) throw new DiagnosticError([inVain(failed, inARow)]);
    }
  });

const inVain = (failed: readonly ItemFailure[], count: number) => {
  const [first] = failed;
  const reason = first?.diagnostics[0];
  const names = failed.map(({ key }) => key.path).join(', ');
  const more = count > failed.length ? ` and ${count - failed.length} more` : '';
  return failure(
    'training/nothing-to-learn-from',
    `There is nothing to learn from: ${names}${more} failed at \`${first?.operator ?? ''}\`, and none came through. The first one: ${reason?.message ?? ''}`,
    { ...(reason?.hint === undefined ? {} : { hint: reason.hint }) },
  );
};

/**
 * Leaves out failures that were told in an earlier pass over the source: the same file at the same operator for the same
 * reason.
 */
export const toldOnce: (source: ItemFlow<unknown>) => ItemFlow<unknown> = operate<
  Outcome<unknown>,
  Outcome<unknown>
>(async function* (source) {
  const told = new Set<string>();
  for await (const outcome of source) {
    if (E.isLeft(outcome)) {
      const { key, operator, diagnostics } = outcome.left;
      const what = JSON.stringify([key.path, operator, diagnostics[0].code]);
      if (key.epoch > 0 && told.has(what)) continue;
      told.add(what);
    }
    yield outcome;
  }
});
