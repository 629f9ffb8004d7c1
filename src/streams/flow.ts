import { Observable, type Subscriber } from 'rxjs';
import type { Outcome } from '../ports/index.js';
import { createPull, type Pull, settledWithin } from './pull.js';

/**
 * An Observable that can also be pulled.
 *
 * Observables push, so an operator that is slower than its source has to buffer without bound. A flow gives an item
 * only when the stage below asks for it. The operators of this folder go from flow to flow and keep the demand;
 * compose them with fp-ts' `pipe`. To everyone else a flow is a plain cold Observable: subscribing runs it at the pace
 * of its slowest stage, unsubscribing cancels it. An operator of RxJS in `flow.pipe(…)` gives an Observable, where
 * demand ends, and the compiler does not take that for a flow again: `through` lifts a synchronous operator of RxJS
 * to flows, and `fromObservable` puts a bound on what was pushed.
 *
 * @example
 * const edited = pipe(
 *   fromIterable(paths),
 *   keyed((path) => path),
 *   mapLanes(decode, { operator: 'decode', lanes: 4 }),
 *   through(filter(isRight)),
 * );
 * edited.pipe(bufferTime(1000)).subscribe(show); // an Observable like any other
 */
export class Flow<A> extends Observable<A> implements AsyncIterable<A, void> {
  /** Starts one run, independent of any other. Opening does no work yet; whoever opens must close or reach the end. */
  readonly open: () => Pull<A>;

  constructor(open: () => Pull<A>) {
    super((subscriber) => {
      const source = open();
      void push(source, subscriber);
      return () => void source.close();
    });
    this.open = open;
  }

  [Symbol.asyncIterator](): AsyncIterator<A, void> {
    return this.open()[Symbol.asyncIterator]();
  }
}

/** A flow of items and failures: what every operator of a pipeline takes and gives. */
export type ItemFlow<A> = Flow<Outcome<A>>;

const push = async <A>(source: Pull<A>, subscriber: Subscriber<A>): Promise<void> => {
  try {
    while (!subscriber.closed) {
      const result = await source.next();
      if (result.done) subscriber.complete();
      else subscriber.next(result.value);
    }
  } catch (thrown) {
    subscriber.error(thrown);
  }
};

/**
 * Makes a flow of a generator that reads other runs. When the flow is closed, the signal aborts and the runs close, so
 * that a generator waiting for either wakes up; one that waits for something else is left behind after a short grace.
 *
 * @param open opens the runs that the generator reads, all of them before any is pulled
 */
export const generate = <Sources extends readonly Pull<unknown>[], B>(
  open: () => Sources,
  body: (sources: Sources, signal: AbortSignal) => AsyncGenerator<B, void, undefined>,
): Flow<B> =>
  new Flow(() => {
    const sources = open();
    const cancellation = new AbortController();
    const results = body(sources, cancellation.signal);
    return createPull(
      () => results.next(),
      () => {
        cancellation.abort();
        return Promise.all([
          ...sources.map((source) => source.close()),
          settledWithin(results.return(undefined)),
        ]);
      },
    );
  });

/** Makes an operator of a generator that reads one run: the way to write most operators. See `generate`. */
export const operate =
  <A, B>(
    body: (source: Pull<A>, signal: AbortSignal) => AsyncGenerator<B, void, undefined>,
  ): ((source: Flow<A>) => Flow<B>) =>
  (source) =>
    generate(
      () => [source.open()] as const,
      ([run], signal) => body(run, signal),
    );
