import type { FullKey } from '../store/overlay.js';
import type { Draft } from '../store/tables.js';
import { type Item, newItem } from './item.js';
import { type Counts, type Job, NO_ITEMS, openOf } from './job.js';
import { type Clock, itemAdded, itemTaken, jobKept } from './queue.js';
import { lost } from './sources.js';

/** Whom what was of a damaged job belongs to: those who may see everything. */
const NOBODY = 'local';

/**
 * After damaged records were set aside: puts in order what they belonged to. A photo of a job that is lost is reported as failed; a
 * job that is lost is made again of its photos, of which those that were not done fail; all that can be counted is counted again.
 *
 * @param damaged keys of what was set aside
 */
export const repair = (draft: Draft, damaged: readonly FullKey[], clock: Clock): void => {
  for (const [table, job, number] of damaged)
    if (table === 'items' && typeof job === 'string' && typeof number === 'number')
      itemAdded(draft, job, lostItem(number, 'damaged', clock.now));
  for (const id of jobsWith(draft)) repairJob(draft, id, clock);
  repairPhotos(draft, clock);
  repairDue(draft, clock);
  const photos = [...draft.range('photos')].reduce((sum, { value }) => sum + value.bytes, 0);
  const results = [...draft.range('jobs')].reduce((sum, { value }) => sum + value.bytes, 0);
  draft.put('meta', ['bytes'], photos + results);
};

const lostItem = (number: number, name: string, now: number): Item => ({
  ...newItem(number, name, { kind: 'lost' }),
  state: 'failed',
  ended: now,
  problem: [{ code: lost(number).code, message: lost(number).message }],
});

/** Jobs that are there, and those of which photos are there. */
const jobsWith = (draft: Draft): ReadonlySet<string> =>
  new Set([
    ...[...draft.range('jobs')].map(({ key: [id] }) => id),
    ...[...draft.range('items')].map(({ key: [id] }) => id),
  ]);

/** What can be said of a job whose record is lost: nothing of its edits, so nothing more is edited. */
const lostJob = (id: string): Job => ({
  id,
  name: 'damaged',
  owner: NOBODY,
  edits: [{ pipeline: 'damaged', parameters: {} }],
  // An id begins with the time of its making.
  created: Number.parseInt(id.slice(0, 9), 36) || 0,
  counts: NO_ITEMS,
  revision: 0,
  isCancelled: false,
  bytes: 0,
});

const repairJob = (draft: Draft, id: string, clock: Clock): void => {
  const kept = draft.get('jobs', id);
  const items = [...draft.range('items', { within: [id] })].map(({ value }) =>
    kept === undefined && (value.state === 'waiting' || value.state === 'working')
      ? lostItem(value.number, value.name, clock.now)
      : value,
  );
  for (const table of ['states', 'waiting', 'working', 'changes'] as const)
    for (const { key } of [...draft.range(table, { within: [id] })]) draft.remove(table, ...key);
  const { ended, expires, ...job } = kept ?? lostJob(id);
  let revision = items.reduce((most, item) => Math.max(most, item.revision), job.revision);
  const counts: Record<keyof Counts, number> = { ...NO_ITEMS };
  let bytes = 0;
  for (const item of items) {
    itemTaken(draft, id, item);
    // What was never told of, though it is no more what it was, is told as changed.
    itemAdded(
      draft,
      id,
      item.revision === 0 && item.state === 'failed' ? { ...item, revision: ++revision } : item,
    );
    counts[item.state]++;
    bytes += item.state === 'done' ? item.result.bytes : 0;
  }
  const after: Job = { ...job, counts, bytes, revision };
  const isOver = openOf(counts) === 0 && ended !== undefined && expires !== undefined;
  if (!isOver) jobKept(draft, after, clock);
  else draft.put('jobs', [id], { ...after, ended, expires });
  // The same request with the same key must not make another job, though nobody can tell any more whether it is the same.
  if (job.idempotency !== undefined && draft.get('keys', job.owner, job.idempotency) === undefined)
    draft.put('keys', [job.owner, job.idempotency], { body: '', job: id });
};

/** Photos that jobs need: how often is counted again, and one whose record is lost stays, unseen, until they are gone. */
const repairPhotos = (draft: Draft, { now, keep }: Clock): void => {
  const uses = new Map<string, { name: string; count: number }>();
  for (const { value } of draft.range('items'))
    if (value.source.kind === 'photo') {
      const { count = 0 } = uses.get(value.source.id) ?? {};
      uses.set(value.source.id, { name: value.name, count: count + 1 });
    }
  for (const { value } of [...draft.range('photos')])
    draft.put('photos', [value.id], { ...value, uses: uses.get(value.id)?.count ?? 0 });
  for (const [id, { name, count }] of uses)
    if (draft.get('photos', id) === undefined)
      draft.put('photos', [id], {
        id,
        owner: NOBODY,
        name,
        bytes: 0,
        type: 'application/octet-stream',
        width: 0,
        height: 0,
        digest: '',
        facts: {
          depth: 8,
          profile: '',
          orientation: 1,
          metadata: [],
          panorama: false,
          stereo: false,
          warnings: [],
        },
        created: now,
        expires: now + keep,
        uses: count,
        isHidden: true,
      });
  // It was only kept for jobs.
  for (const { value } of [...draft.range('photos')])
    if (value.isHidden && value.uses === 0) draft.remove('photos', value.id);
};

/** What is due at some time: webhooks, and what expires. */
const repairDue = (draft: Draft, { now, keep }: Clock): void => {
  for (const { key } of [...draft.range('due')]) draft.remove('due', ...key);
  for (const { value } of draft.range('deliveries'))
    if (value.state === 'due') draft.put('due', [value.at, value.job, value.id], true);
  const known = new Set<string>();
  for (const { key } of [...draft.range('expiries')]) {
    const [, kind, id] = key;
    if (kind === 'receipt') known.add(id);
    else draft.remove('expiries', ...key);
  }
  for (const { value } of draft.range('jobs'))
    if (value.expires !== undefined) draft.put('expiries', [value.expires, 'job', value.id], true);
  for (const { value } of draft.range('photos'))
    draft.put('expiries', [value.expires, 'photo', value.id], true);
  // A receipt of a job goes with it.
  for (const { key } of draft.range('receipts')) {
    const [id] = key;
    const [job = ''] = id.split('_');
    if (!known.has(id) && draft.get('jobs', job) === undefined)
      draft.put('expiries', [now + keep, 'receipt', id], true);
  }
};
