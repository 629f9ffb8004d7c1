import { removePhoto } from '../store/photos.js';
import type { Store } from '../store/store.js';
import type { Draft, ExpiryKind } from '../store/tables.js';
import type { JobFiles } from './job-files.js';
import { removeJob } from './queue.js';

/** What one sweep removes at most, so that others get on in between. */
const AT_ONCE = 50;

interface Gone {
  readonly photos: readonly string[];
  readonly jobs: readonly string[];
}

const gone = (draft: Draft, kind: ExpiryKind, id: string): Gone => {
  switch (kind) {
    case 'job': {
      const job = draft.get('jobs', id);
      return job === undefined ? { photos: [], jobs: [] } : { photos: removeJob(draft, job), jobs: [id] };
    }
    case 'photo': {
      const photo = removePhoto(draft, id);
      return { photos: photo === undefined ? [] : [photo], jobs: [] };
    }
    case 'receipt':
      draft.remove('receipts', id);
      return { photos: [], jobs: [] };
  }
};

/** Removes what has expired, with its files; gives how much that was. What a crash leaves of files goes at the next start. */
export const removeExpired = async (store: Store, files: JobFiles, now: number): Promise<number> => {
  let count = 0;
  for (;;) {
    const due = [...store.range('expiries', { limit: AT_ONCE })].filter(({ key: [at] }) => at <= now);
    if (due.length === 0) return count;
    const { value, kept } = store.change((draft) =>
      due.map(({ key: [at, kind, id] }) => {
        draft.remove('expiries', at, kind, id);
        return gone(draft, kind, id);
      }),
    );
    await kept;
    await files.removePhotos(value.flatMap(({ photos }) => photos));
    for (const id of value.flatMap(({ jobs }) => jobs)) await files.removeResults(id);
    count += due.length;
  }
};

const EVERY_MS = 30_000;

/** Removes what expires, from now on; gives what ends that. */
export const startExpiry = (
  store: Store,
  files: JobFiles,
  { now, failed }: { readonly now: () => number; readonly failed: (thrown: unknown) => void },
): (() => Promise<void>) => {
  let running = Promise.resolve();
  const sweep = (): void => {
    running = running.then(async () => void (await removeExpired(store, files, now()))).catch(failed);
  };
  sweep();
  const timer = setInterval(sweep, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return running;
  };
};
