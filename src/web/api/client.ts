import { definedOnly } from '../../ports/defined.js';
import { texts } from '../texts.js';
import {
  type Answer,
  aborted,
  attachmentName,
  given,
  headerJson,
  problemOf,
  refused,
  retryIn,
} from './answer.js';
import type { Edit, Edited, Job, JobItem, Json, PhotoInfo, Pipeline, Preset, Preview } from './types.js';

/** Requests of the page, each answered by a value, never by an exception: all but uploads (`upload.ts`) and trainings (`trainings.ts`). */

interface Request {
  readonly method?: string;
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const bodyOf = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
};

const unreachable = { status: 0, code: 'page/unreachable', ...texts.problems.unreachable };

export const ask = async <A>(
  path: string,
  { method = 'GET', body, headers = {}, signal }: Request,
  read: (response: Response) => Promise<A>,
  before = 0,
): Promise<Answer<A>> => {
  try {
    const response = await fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...definedOnly({ signal }),
    });
    if (response.ok) return given(await read(response));
    const seconds = retryIn(response.status, response.headers.get('retry-after'), before);
    if (seconds !== undefined) {
      await pause(seconds * 1000);
      return signal?.aborted ? aborted : ask(path, { method, body, headers, signal }, read, before + 1);
    }
    return refused(
      problemOf(response.status, await bodyOf(response), texts.problems.status(response.status)),
    );
  } catch {
    return signal?.aborted ? aborted : refused(unreachable);
  }
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const json = <A>(response: Response): Promise<A> => response.json() as Promise<A>;
const nothing = async (): Promise<undefined> => undefined;
export const at = (...parts: readonly (string | number)[]): string =>
  `/v1/${parts.map((part) => encodeURIComponent(part)).join('/')}`;

export const pipelines = (): Promise<Answer<{ readonly pipelines: readonly Pipeline[] }>> =>
  ask(at('pipelines'), {}, json<{ readonly pipelines: readonly Pipeline[] }>);

export const photo = (id: string): Promise<Answer<PhotoInfo>> => ask(at('photos', id), {}, json<PhotoInfo>);
export const deletePhoto = (id: string): Promise<Answer<undefined>> =>
  ask(at('photos', id), { method: 'DELETE' }, nothing);

/** Where a browser gets the photo as it can show it: upright, the long side at most `size`. */
export const viewOf = (id: string, size: number): string => `${at('photos', id, 'view')}?size=${size}`;
export const fileOf = (id: string): string => at('photos', id, 'file');

export interface PreviewRequest {
  readonly photo: string;
  readonly edits: readonly Edit[];
  readonly size: number;
  readonly overlay?: 'trust';
}

export const asJson = (value: unknown): Json => value as Json;

export const preview = (request: PreviewRequest, signal?: AbortSignal): Promise<Answer<Preview>> => {
  const begun = performance.now();
  return ask(at('previews'), { method: 'POST', body: asJson(request), signal }, async (response) => ({
    blob: await response.blob(),
    warnings: headerJson(response.headers.get('prismflow-warnings'), []),
    notes: headerJson(response.headers.get('prismflow-notes'), {}),
    milliseconds: performance.now() - begun,
  }));
};

/** The photo edited at full size, in the format `type`. */
export const edit = (
  photo: string,
  edits: readonly Edit[],
  type: string,
  signal?: AbortSignal,
): Promise<Answer<Edited>> =>
  ask(
    at('edits'),
    { method: 'POST', body: asJson({ photo, edits }), headers: { accept: type }, signal },
    async (response) => {
      const receipt = response.headers.get('prismflow-receipt');
      return {
        blob: await response.blob(),
        name: attachmentName(response.headers.get('content-disposition')) ?? 'photo',
        warnings: headerJson(response.headers.get('prismflow-warnings'), []),
        notes: headerJson(response.headers.get('prismflow-notes'), {}),
        ...(receipt === null ? {} : { receipt }),
      };
    },
  );

/** Lets the browser say by a cookie who asks, since pictures and events of a page carry no other word of it. */
export const enter = (token: string): Promise<Answer<undefined>> =>
  ask(at('session'), { method: 'POST', headers: { authorization: `Bearer ${token}` } }, nothing);

export const receipt = (id: string): Promise<Answer<Json>> => ask(at('receipts', id), {}, json<Json>);

export interface NewJob {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly photos: readonly string[];
}

/** Starts a job; `key` makes sure that a request which is sent twice starts one. */
export const startJob = (job: NewJob, key: string): Promise<Answer<Job>> =>
  ask(at('jobs'), { method: 'POST', body: asJson(job), headers: { 'idempotency-key': key } }, json<Job>);

export const jobs = (): Promise<Answer<{ readonly jobs: readonly Job[] }>> =>
  ask(`${at('jobs')}?limit=20`, {}, json<{ readonly jobs: readonly Job[] }>);
export const failures = (id: string): Promise<Answer<{ readonly items: readonly JobItem[] }>> =>
  ask(`${at('jobs', id, 'items')}?state=failed&limit=50`, {}, json<{ readonly items: readonly JobItem[] }>);
export const changeJob = (id: string, what: 'cancel' | 'retry'): Promise<Answer<undefined>> =>
  ask(at('jobs', id, what), { method: 'POST' }, nothing);
export const deleteJob = (id: string): Promise<Answer<undefined>> =>
  ask(at('jobs', id), { method: 'DELETE' }, nothing);
export const eventsOf = (id: string): string => at('jobs', id, 'events');
export const zipOf = (id: string): string => at('jobs', id, 'results.zip');

export const keepPreset = (name: string, about: string, edits: readonly Edit[]): Promise<Answer<Preset>> =>
  ask(
    at('presets'),
    { method: 'POST', body: asJson({ name, ...(about === '' ? {} : { about }), edits }) },
    json<Preset>,
  );
