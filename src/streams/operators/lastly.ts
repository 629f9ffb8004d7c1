import * as E from 'fp-ts/lib/Either.js';
import type { Task } from 'fp-ts/lib/Task.js';
import type { Item } from '../../ports/index.js';
import { Flow, type ItemFlow } from '../flow.js';
import { createPull } from '../pull.js';

/** How a run ended: by its source's end, by a failure of its source, or because nobody wanted more. */
export type Ending = 'complete' | 'failed' | 'closed';

/**
 * Runs an effect exactly once when the flow ends, fails or is closed, with the last item that went down: the place to
 * write a checkpoint after Ctrl-C. The end of the flow, or its close, waits for the effect.
 *
 * @param effect gets the last item, undefined when there was none
 */
export const lastly =
  <A>(
    effect: (last: Item<A> | undefined, ending: Ending) => Task<void>,
  ): ((source: ItemFlow<A>) => ItemFlow<A>) =>
  (source) =>
    new Flow(() => {
      const upstream = source.open();
      let last: Item<A> | undefined;
      let ending: Ending | undefined;
      return createPull(
        async () => {
          try {
            const result = await upstream.next();
            if (result.done) ending ??= 'complete';
            else if (E.isRight(result.value) && ending === undefined) last = result.value.right;
            return result;
          } catch (thrown) {
            ending ??= 'failed';
            throw thrown;
          }
        },
        async () => {
          ending ??= 'closed';
          await upstream.close();
          await effect(last, ending)();
        },
      );
    });
