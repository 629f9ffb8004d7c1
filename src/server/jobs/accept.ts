import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { digestOf } from '../../disk/digest.js';
import type { EditStep } from '../../execution/editing/editor.js';
import { type Caller, owns } from '../access/authorise.js';
import { orThrow } from '../app.js';
import { type Reach, readUrl } from '../outbound/reach.js';
import type { Store } from '../store/store.js';
import type { Draft } from '../store/tables.js';
import type { ItemSource } from './item.js';
import type { Job } from './job.js';
import { createJob, type JobOrder } from './queue.js';
import type { Roots } from './roots.js';

/** A request for a job, read and checked for its form. */
export interface Wanted {
  readonly name: string;
  readonly edits: readonly [EditStep, ...EditStep[]];
  readonly photos: readonly string[];
  readonly paths: readonly string[];
  readonly urls: readonly string[];
  readonly webhook?: { readonly url: string };
  /** The `Idempotency-Key` that came with it. */
  readonly key?: string;
  /** What tells the request from others: its body, and the digests of files that came with it. */
  readonly body: unknown;
}

/** What jobs are accepted by. */
export interface Acceptance {
  readonly store: Store;
  readonly roots: Roots;
  /** Undefined where no URLs are fetched. */
  readonly urls: Reach | undefined;
  readonly webhooks: Reach;
  /** Photos that one job may have. */
  readonly mostPhotos: number;
  /** Items of all jobs that may wait. */
  readonly mostWaiting: number;
  readonly keep: number;
  readonly now: () => number;
}

/** A job, and whether it was there before. */
export interface Accepted {
  readonly job: Job;
  readonly isRepeated: boolean;
}

type Photo = JobOrder['photos'][number];

const KEY = /^[!-~]{1,200}$/;

/** The last part of a URL's path, as a name. */
const nameOf = (url: URL): string => {
  const last = basename(url.pathname);
  try {
    return decodeURIComponent(last) || url.hostname;
  } catch {
    return last;
  }
};

const checkedUrl = (text: string, reach: Reach): URL => {
  const url = readUrl(text, reach);
  if (!(url instanceof URL)) throw new DiagnosticError(url);
  return url;
};

const fromUrls = (urls: readonly string[], reach: Reach | undefined): readonly Photo[] =>
  urls.map((text) => {
    if (reach === undefined)
      throw new DiagnosticError([failure('fetch/not-allowed', 'This server fetches no URLs.')]);
    const url = checkedUrl(text, reach);
    const source: ItemSource = { kind: 'url', url: url.href };
    return { name: nameOf(url), source };
  });

/** What paths name; a path that is named twice is looked at once, and no further when there is more than a job may have. */
const fromPaths = async (paths: readonly string[], roots: Roots, most: number): Promise<readonly Photo[]> => {
  const signal = AbortSignal.timeout(60_000);
  const known = new Map<string, ReturnType<ReturnType<Roots['photosOf']>>>();
  const found: Photo[] = [];
  for (const path of paths) {
    const looked = known.get(path) ?? roots.photosOf(path, signal)();
    known.set(path, looked);
    const files = await looked;
    if (E.isLeft(files)) throw new DiagnosticError(files.left);
    if (found.length + files.right.length > most) throw new DiagnosticError(tooMany('more photos', most));
    for (const file of files.right)
      found.push({ name: basename(file.path), source: { kind: 'path', ...file } });
  }
  return found;
};

const fromStore = (draft: Draft, ids: readonly string[], caller: Caller): readonly Photo[] =>
  ids.map((id) => {
    const photo = draft.get('photos', id);
    if (photo === undefined || photo.isHidden || !owns(caller, photo.owner))
      throw new DiagnosticError([failure('job/unknown-photo', `There is no photo ${id}.`)]);
    return { name: photo.name, source: { kind: 'photo', id } };
  });

const countWaiting = (draft: Draft): number => {
  let count = 0;
  for (const { value } of draft.range('jobs')) count += value.counts.waiting;
  return count;
};

/** The job that a key was used for before, if that was the same request. */
const repeated = (draft: Draft, owner: string, key: string, body: string): Job | undefined => {
  const use = draft.get('keys', owner, key);
  if (use === undefined) return undefined;
  if (use.body !== body)
    throw new DiagnosticError([
      failure('job/key-reused', `This key belongs to another request, which made the job ${use.job}.`),
    ]);
  return draft.get('jobs', use.job);
};

/**
 * Makes a job of a request, or gives that which the same request with the same key made before. It is on the disk when this is
 * fulfilled. Throws a `DiagnosticError`.
 */
export const acceptJob = async (wanted: Wanted, caller: Caller, options: Acceptance): Promise<Accepted> => {
  const { store, mostPhotos, mostWaiting } = options;
  if (wanted.key !== undefined && !KEY.test(wanted.key))
    throw new DiagnosticError([
      failure('job/bad-key', 'The idempotency key is no 1 to 200 visible ASCII characters.'),
    ]);
  const key = wanted.key === undefined ? undefined : createHash('sha256').update(wanted.key).digest('hex');
  const body = digestOf(wanted.body);
  const before =
    key === undefined ? undefined : store.change((draft) => repeated(draft, caller.id, key, body));
  if (before?.value !== undefined) return { job: before.value, isRepeated: true };
  if (wanted.webhook !== undefined) checkedUrl(wanted.webhook.url, options.webhooks);
  const others = [
    ...fromUrls(wanted.urls, options.urls),
    ...(await fromPaths(wanted.paths, options.roots, mostPhotos)),
  ];
  const { value, kept } = store.change((draft): Accepted => {
    const same = key === undefined ? undefined : repeated(draft, caller.id, key, body);
    if (same !== undefined) return { job: same, isRepeated: true };
    const photos = orThrow(bounded([...fromStore(draft, wanted.photos, caller), ...others], mostPhotos));
    if (countWaiting(draft) + photos.length > mostWaiting)
      throw new DiagnosticError([
        failure('job/queue-full', `${mostWaiting} photos may wait, and these would be more.`),
      ]);
    const order: JobOrder = {
      name: wanted.name,
      owner: caller.id,
      edits: wanted.edits,
      photos,
      ...(wanted.webhook === undefined ? {} : { webhook: wanted.webhook }),
      ...(key === undefined ? {} : { idempotency: { key, body } }),
    };
    return { job: createJob(draft, order, { now: options.now(), keep: options.keep }), isRepeated: false };
  });
  await kept;
  return value;
};

const tooMany = (what: string, most: number): Diagnostics => [
  failure('job/too-many-photos', `The job has ${what}, and ${most} are taken at once.`),
];

const bounded = (photos: readonly Photo[], most: number): E.Either<Diagnostics, readonly Photo[]> => {
  if (photos.length === 0) return E.left([failure('job/no-photos', 'The request names no photo.')]);
  return photos.length > most ? E.left(tooMany(`${photos.length} photos`, most)) : E.right(photos);
};
