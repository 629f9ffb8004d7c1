import { setMaxListeners } from 'node:events';
import { Flow } from './flow.js';
import { atLeast } from './options.js';
import { createPull, DONE, type Result, settledWithin, some } from './pull.js';

/** How many at a time, and in which order. */
export interface LaneOptions {
  /** Items worked on at the same time, from 1. */
  readonly lanes: number;
  /** Whether results come in the order of the source (default), or as they are ready. */
  readonly ordered?: boolean;
  /**
   * Results that may wait beside those worked on, so that one slow item does not idle the other lanes. At most
   * `lanes + ahead` items are pulled and not yet delivered. Default 2.
   */
  readonly ahead?: number;
}

/** What a consumer is told: an item, the end or a failure. */
type Answer<B> = () => Promise<Result<B>>;

/** A place in the queue of results: empty while its work goes on. */
interface Slot<B> {
  answer?: Answer<B>;
}

/** Results on their way to one consumer, each when its work is done. */
interface Queue<B> {
  /** Results that have a place and were not delivered. */
  readonly held: () => number;
  readonly isEnded: () => boolean;
  /** Takes a place for a result, which is given later. */
  readonly reserve: () => (answer: Answer<B>) => void;
  /** What is told when all that is held was delivered. */
  readonly endWith: (answer: Answer<B>) => void;
  /** What the next answer is told to. */
  readonly ask: (waiting: (result: Promise<Result<B>>) => void) => void;
  /** Tells an answer, if one is there and is waited for. */
  readonly deliver: () => void;
}

/** @param ordered whether results are told in the order of their places, or as they come */
const createQueue = <B>(ordered: boolean): Queue<B> => {
  const slots: Slot<B>[] = [];
  let held = 0;
  let end: Answer<B> | undefined;
  let waiting: ((result: Promise<Result<B>>) => void) | undefined;
  return {
    held: () => held,
    isEnded: () => end !== undefined,
    reserve: () => {
      held++;
      const slot: Slot<B> = {};
      if (ordered) slots.push(slot);
      return (answer) => {
        slot.answer = answer;
        if (!ordered) slots.push(slot);
      };
    },
    endWith: (answer) => {
      end = answer;
    },
    ask: (told) => {
      waiting = told;
    },
    deliver: () => {
      const answer = slots[0]?.answer;
      if (waiting !== undefined && answer !== undefined) {
        slots.shift();
        held--;
        waiting(answer());
        waiting = undefined;
      } else if (waiting !== undefined && held === 0 && end !== undefined) {
        waiting(end());
        waiting = undefined;
      }
    },
  };
};

/** Work on a value, whose result is there at once or later. */
type Work<A, B> = (value: A, signal: AbortSignal) => Promise<B> | { readonly now: B };

const begin = <A, B>(work: Work<A, B>, value: A, signal: AbortSignal): ReturnType<Work<A, B>> => {
  try {
    return work(value, signal);
  } catch (thrown) {
    return Promise.reject(thrown);
  }
};

/**
 * The engine under `mapLanes` and `prefetch`: works on several values at a time and holds `lanes + ahead` at most.
 *
 * @param work gives its result at once or later; a throw fails the whole flow, in the place of its value
 */
export const runLanes = <A, B>(
  work: Work<A, B>,
  { lanes, ordered = true, ahead = 2 }: LaneOptions,
): ((source: Flow<A>) => Flow<B>) => {
  const most = atLeast(1, 'lanes', lanes) + atLeast(0, 'ahead', ahead);
  return (source) =>
    new Flow(() => {
      const upstream = source.open();
      const cancellation = new AbortController();
      // Each lane may listen in a few places; Node still warns of listeners that pile up.
      setMaxListeners(Math.max(10, 4 * lanes), cancellation.signal);
      const queue = createQueue<B>(ordered);
      const working = new Set<Promise<void>>();
      let pulling = false;

      const pullMore = (): void => {
        if (pulling || queue.isEnded() || working.size >= lanes || queue.held() >= most) return;
        pulling = true;
        upstream.next().then(
          (result) => {
            pulling = false;
            if (result.done) queue.endWith(() => Promise.resolve(DONE));
            else start(result.value);
            proceed();
          },
          (thrown: unknown) => {
            pulling = false;
            queue.endWith(() => Promise.reject(thrown));
            proceed();
          },
        );
      };

      const start = (value: A): void => {
        const fill = queue.reserve();
        const result = begin(work, value, cancellation.signal);
        if ('now' in result) {
          fill(() => Promise.resolve(some(result.now)));
          return;
        }
        const finish = (answer: Answer<B>): void => {
          working.delete(lane);
          fill(answer);
          proceed();
        };
        const lane = result.then(
          (given) => finish(() => Promise.resolve(some(given))),
          (thrown: unknown) => finish(() => Promise.reject(thrown)),
        );
        working.add(lane);
      };

      const proceed = (): void => {
        queue.deliver();
        pullMore();
      };

      return createPull(
        () =>
          new Promise<Result<B>>((resolve) => {
            queue.ask(resolve);
            proceed();
          }),
        () => {
          if (!queue.isEnded()) queue.endWith(() => Promise.resolve(DONE));
          cancellation.abort();
          return Promise.all([upstream.close(), settledWithin(Promise.all(working))]);
        },
      );
    });
};
