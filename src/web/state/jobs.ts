import type { Job, JobItem } from '../api/types.js';

/** The jobs of the queue as the server last told them, the newest first, each with what failed of it. */

export interface Queue {
  readonly jobs: readonly Job[];
  readonly failures: Readonly<Record<string, readonly JobItem[]>>;
}

export type QueueAction =
  | { readonly kind: 'all'; readonly jobs: readonly Job[] }
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'item'; readonly job: string; readonly item: JobItem }
  | { readonly kind: 'failures'; readonly job: string; readonly items: readonly JobItem[] };

export const emptyQueue: Queue = { jobs: [], failures: {} };

export const isOpen = ({ state }: Job): boolean => state === 'waiting' || state === 'working';

const newestFirst = (jobs: readonly Job[]): readonly Job[] =>
  [...jobs].sort((one, other) => (one.created < other.created ? 1 : one.created > other.created ? -1 : 0));

const withItem = (items: readonly JobItem[], item: JobItem): readonly JobItem[] => {
  const others = items.filter(({ number }) => number !== item.number);
  return item.state === 'failed' ? [...others, item].sort((a, b) => a.number - b.number) : others;
};

export const queueAfter = (queue: Queue, action: QueueAction): Queue => {
  const { jobs, failures } = queue;
  switch (action.kind) {
    case 'all':
      return { jobs: newestFirst(action.jobs), failures };
    case 'job':
      return { jobs: newestFirst([...jobs.filter(({ id }) => id !== action.job.id), action.job]), failures };
    case 'gone':
      return { jobs: jobs.filter(({ id }) => id !== action.id), failures };
    case 'item':
      return {
        jobs,
        failures: { ...failures, [action.job]: withItem(failures[action.job] ?? [], action.item) },
      };
    case 'failures':
      return { jobs, failures: { ...failures, [action.job]: action.items } };
  }
};

/** How much of a job is behind it, from 0 to 1; what failed is behind it too. */
export const shareOf = ({ counts: { total, done, failed } }: Job): number =>
  total === 0 ? 1 : (done + failed) / total;

/** The open jobs whose events are worth a connection: those that are worked on, and then the next in line. */
export const toHear = ({ jobs }: Queue, most: number): readonly string[] => {
  const open = jobs.filter(isOpen).toReversed();
  const working = open.filter(({ state }) => state === 'working');
  return [...working, ...open.filter(({ state }) => state === 'waiting')].slice(0, most).map(({ id }) => id);
};

/** Photos that are still to come in all jobs. */
export const toCome = ({ jobs }: Queue): number =>
  jobs.filter(isOpen).reduce((sum, { counts }) => sum + counts.waiting + counts.working, 0);
