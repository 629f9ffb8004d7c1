import { type OperatorFunction, Subject } from 'rxjs';
import { Flow } from './flow.js';
import { createPull, DONE, type Result, some } from './pull.js';

/**
 * Lifts a synchronous operator of RxJS (`map`, `filter`, `scan`, `take`, `pairwise`, `distinct`, …) to flows, with
 * demand kept: it is fed one value at a time, until it gives something. When it completes, as `take` does, the source
 * is closed at once. Compose several with RxJS's own `pipe`.
 *
 * An operator that gives its values later (`delay`, `debounceTime`, `mergeMap` of something asynchronous) has no place
 * here: the flow fails if it has not completed when its source has. Use `mapLanes` for asynchronous work.
 *
 * @example pipe(source, through(filter(isRight)))
 */
export const through =
  <A, B>(operator: OperatorFunction<A, B>): ((source: Flow<A>) => Flow<B>) =>
  (source) =>
    new Flow(() => {
      const upstream = source.open();
      const input = new Subject<A>();
      const outputs: B[] = [];
      let end: (() => Promise<Result<B>>) | undefined;

      // A last value need not wait until the source is closed; the end of this flow does.
      const finish = (how: () => Promise<Result<B>>): void => {
        end = how;
        void upstream.close();
      };

      const subscription = input.pipe(operator).subscribe({
        next: (value) => outputs.push(value),
        error: (thrown: unknown) => finish(() => Promise.reject(thrown)),
        complete: () => finish(() => Promise.resolve(DONE)),
      });

      const advance = async (): Promise<Result<B>> => {
        while (true) {
          if (outputs.length > 0) return some(outputs.shift() as B);
          if (end !== undefined) return end();
          const result = await upstream.next();
          if (!result.done) {
            input.next(result.value);
            continue;
          }
          input.complete();
          end ??= () => Promise.reject(new Error(ASYNCHRONOUS));
        }
      };

      return createPull(advance, () => {
        subscription.unsubscribe();
        return upstream.close();
      });
    });

const ASYNCHRONOUS =
  'The operator given to through() did not complete with its source. Only synchronous operators keep the demand; ' +
  'use mapLanes for asynchronous work.';
