import type { ServerEvent } from '../event-streams.js';
import type { Hide } from '../problems/hide.js';
import type { Store } from '../store/store.js';
import type { Job } from './job.js';
import { shownItem, shownJob } from './shown.js';

/** What is told of a job. */
export interface JobEvent extends ServerEvent {
  /** The job's revision up to which everything was told by then. */
  readonly id: number;
  readonly event: 'job' | 'item';
}

/** Items that are told before the job is told again. */
const AT_ONCE = 100;

/** What a stream needs. */
export interface EventOptions {
  readonly signal: AbortSignal;
  /** The revision that the client has seen: it is told of what was changed since, however long ago. */
  readonly seen: number;
  readonly show?: (job: Job) => ReturnType<typeof shownJob>;
  /** What takes out of texts what the client does not learn. */
  readonly hide: Hide;
}

/**
 * Tells of a job until it has ended, is removed, or the signal aborts: first the job, then each item that was changed since, in the
 * order of changes, then both as they change. Nothing is queued for a slow client: it is told of what is when it reads on, so that of
 * several changes of an item between two readings only the last is told.
 */
export async function* jobEvents(
  store: Store,
  id: string,
  { signal, seen, show = (job) => shownJob(job), hide }: EventOptions,
): AsyncGenerator<JobEvent> {
  let wake: () => void = () => undefined;
  let isChanged = true;
  const note = (): void => {
    isChanged = true;
    wake();
  };
  const unwatch = store.watch((jobs) => {
    if (jobs.has(id)) note();
  });
  signal.addEventListener('abort', note);
  try {
    let told = seen;
    let first = true;
    while (!signal.aborted) {
      const before = store.get('jobs', id);
      if (before === undefined) return;
      if (first) yield { id: Math.min(told, before.revision), event: 'job', data: show(before) };
      first = false;
      isChanged = false;
      const changes = [...store.range('changes', { within: [id], after: [id, told], limit: AT_ONCE })];
      for (const {
        key: [, revision],
        value: number,
      } of changes) {
        const item = store.get('items', id, number);
        // One that was changed again meanwhile comes at its new place.
        if (item?.revision === revision) yield { id: revision, event: 'item', data: shownItem(item, hide) };
        told = revision;
        if (signal.aborted) return;
      }
      if (changes.length > 0) {
        const job = store.get('jobs', id);
        if (job === undefined) return;
        yield { id: told, event: 'job', data: show(job) };
        continue;
      }
      if (before.ended !== undefined && store.get('jobs', id)?.revision === before.revision) return;
      if (!isChanged)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    unwatch();
    signal.removeEventListener('abort', note);
  }
}
