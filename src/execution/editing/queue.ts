/** What goes first: what somebody looks at, then single edits, then those of bulk jobs. */
export type Priority = 'preview' | 'edit' | 'job';

/** What the order depends on. */
export interface Waiting {
  readonly priority: Priority;
  /** Whether a process ended at it: then it is worked on alone. */
  readonly isSuspect: boolean;
}

/** Previews at once: one is decoded or encoded while the engine works on the other. */
const PREVIEWS = 2;

const ORDER: readonly Priority[] = ['preview', 'edit', 'job'];

/**
 * What is begun next, if anything may be. Of one priority the first comes first; what a process ended at is begun when nothing else is
 * worked on, and nothing is begun beside it.
 *
 * @param jobs edits, those of bulk jobs among them, at once
 */
export const nextOf = <A extends Waiting>(
  waiting: readonly A[],
  working: readonly Waiting[],
  jobs: number,
): A | undefined => {
  if (working.some(({ isSuspect }) => isSuspect)) return undefined;
  const suspect = waiting.find(({ isSuspect }) => isSuspect);
  if (suspect !== undefined) return working.length === 0 ? suspect : undefined;
  const previews = working.filter(({ priority }) => priority === 'preview').length;
  const hasRoom = (priority: Priority): boolean =>
    priority === 'preview' ? previews < PREVIEWS : working.length - previews < jobs;
  const first = ORDER.map((priority) => waiting.find((each) => each.priority === priority));
  // What waits to be looked at is not made to wait for more of a job.
  const [preview] = first;
  return first.find(
    (each) =>
      each !== undefined && hasRoom(each.priority) && (each.priority !== 'job' || preview === undefined),
  );
};
