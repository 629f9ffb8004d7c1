import { Flow } from '../flow.js';
import { atLeast } from '../options.js';
import { createPull, DONE, type Pull, type Result, some } from '../pull.js';
import { createPulse } from '../pulse.js';

/** Options of `share`. */
export interface ShareOptions {
  /**
   * How far the quickest consumer may get ahead of the slowest, in values; these are kept. Default 8. Branches that
   * meet again need as much as the hungriest of them takes before it gives: with less, lanes idle, and a branch that
   * collects (a batch, a shuffle) would wait for ever.
   */
  readonly ahead?: number;
}

/**
 * Lets several consumers read one run of a flow: open the shared flow as often as needed, and each gets every value.
 * The slowest consumer holds back the source, `ahead` values after its own position. One that closes leaves the others
 * going; when the last one leaves, the source is closed.
 *
 * Consumers that open before the first value is gone share a run, and the stages of a graph open together. One that
 * comes later starts a run of its own from the beginning, since a flow is cold.
 */
export const share = <A>({ ahead = 8 }: ShareOptions = {}): ((source: Flow<A>) => Flow<A>) => {
  const most = atLeast(1, 'ahead', ahead);
  return (source) => {
    let latest: SharedRun<A> | undefined;
    return new Flow(() => {
      if (!latest?.canJoin()) latest = createSharedRun(source.open(), most);
      return latest.join();
    });
  };
};

interface SharedRun<A> {
  readonly canJoin: () => boolean;
  readonly join: () => Pull<A>;
}

interface Consumer {
  /** Values that it has taken. */
  position: number;
}

const createSharedRun = <A>(upstream: Pull<A>, ahead: number): SharedRun<A> => {
  const consumers = new Set<Consumer>();
  const changed = createPulse();
  const kept: A[] = [];
  /** Position of the first value kept. */
  let first = 0;
  let pulling = false;
  let abandoned = false;
  let end: (() => Promise<Result<A>>) | undefined;

  const slowest = (): number => Math.min(...Array.from(consumers, (consumer) => consumer.position));

  const pullOne = async (): Promise<void> => {
    pulling = true;
    try {
      const result = await upstream.next();
      if (result.done) end = () => Promise.resolve(DONE);
      else kept.push(result.value);
    } catch (thrown) {
      end = () => Promise.reject(thrown);
    }
    pulling = false;
    changed.beat();
  };

  const forget = (): void => {
    const gone = slowest() - first;
    if (gone <= 0) return;
    kept.splice(0, gone);
    first += gone;
    changed.beat();
  };

  const advance = async (consumer: Consumer): Promise<Result<A>> => {
    while (consumers.has(consumer)) {
      const place = consumer.position - first;
      if (place < kept.length) {
        const value = kept[place] as A;
        consumer.position++;
        forget();
        return some(value);
      }
      if (end !== undefined) return end();
      if (!pulling && consumer.position - slowest() < ahead) void pullOne();
      await changed.wait();
    }
    return DONE;
  };

  const leave = async (consumer: Consumer): Promise<void> => {
    consumers.delete(consumer);
    if (consumers.size > 0) return forget();
    abandoned = true;
    await upstream.close();
  };

  return {
    canJoin: () => first === 0 && !abandoned,
    join: () => {
      const consumer: Consumer = { position: 0 };
      consumers.add(consumer);
      return createPull(
        () => advance(consumer),
        () => leave(consumer),
      );
    },
  };
};
