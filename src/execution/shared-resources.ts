import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Resource } from '../ops/index.js';

/** Opens something, or hands over what is open under the same key; it is closed when the last one that uses it closes it. */
export type SharedResources = (
  key: string,
  open: TE.TaskEither<Diagnostics, Resource<unknown>>,
) => TE.TaskEither<Diagnostics, Resource<unknown>>;

/** Nothing is open yet. */
export const createSharedResources = (): SharedResources => {
  const open = new Map<
    string,
    { readonly made: Promise<E.Either<Diagnostics, Resource<unknown>>>; users: number }
  >();
  return (key, make) => async () => {
    const entry = open.get(key) ?? { made: make(), users: 0 };
    open.set(key, entry);
    entry.users++;
    const made = await entry.made;
    const leave = async (): Promise<void> => {
      entry.users--;
      if (entry.users > 0) return;
      if (open.get(key) === entry) open.delete(key);
      if (E.isRight(made)) await made.right.close();
    };
    if (E.isLeft(made)) {
      await leave();
      return made;
    }
    let isLeft = false;
    const close = async (): Promise<void> => {
      if (isLeft) return;
      isLeft = true;
      await leave();
    };
    return E.right({ value: made.right.value, close });
  };
};
