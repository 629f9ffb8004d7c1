import * as client from '../api/client.js';
import { upload } from '../api/upload.js';
import { toCome } from '../state/jobs.js';
import { newPhoto } from '../state/photos.js';
import { texts } from '../texts.js';
import { isHidden, isPhoto } from './files.js';
import { newId } from './ids.js';
import { goTo, place } from './place.js';
import { dispatch, photos, queue, report } from './store.js';

/** Sends photos to the server, a few at once; the one that is looked at goes first. */

const AT_ONCE = 3;
/** Progress below this share is not worth drawing anew. */
const SHOWN = 0.04;

interface Waiting {
  readonly key: string;
  readonly file: File;
}

let waiting: readonly Waiting[] = [];
const sending = new Map<string, AbortController>();

export const addFiles = (files: readonly File[]): void => {
  const wanted = files.filter(isPhoto);
  if (wanted.length === 0) {
    if (files.length > 0) report({ status: 0, code: 'page/no-photos', title: texts.problems.noPhotos });
    return;
  }
  const others = files.filter((file) => !isPhoto(file) && !isHidden(file)).length;
  if (others > 0) report({ status: 0, code: 'page/left-out', title: texts.problems.leftOut(others) });
  if (place.value.kind !== 'photos') goTo({ kind: 'photos' });
  const added = wanted.map((file) => ({ key: newId(), file }));
  dispatch({
    kind: 'add',
    photos: added.map(({ key, file }) => newPhoto(key, file.name, URL.createObjectURL(file))),
  });
  waiting = [...waiting, ...added];
  next();
};

const next = (): void => {
  if (sending.size >= AT_ONCE) return;
  const first = waiting.find(({ key }) => key === photos.value.chosen) ?? waiting[0];
  if (first === undefined) return;
  waiting = waiting.filter(({ key }) => key !== first.key);
  void send(first);
  next();
};

const send = async ({ key, file }: Waiting): Promise<void> => {
  const control = new AbortController();
  sending.set(key, control);
  let told = 0;
  const place = (share: number): void => {
    told = share;
    dispatch({ kind: 'place', key, place: { kind: 'sending', share } });
  };
  place(0);
  const answer = await upload(
    file,
    (share) => (share - told > SHOWN ? place(share) : undefined),
    control.signal,
  );
  sending.delete(key);
  if (answer.kind === 'given') dispatch({ kind: 'place', key, place: { kind: 'ready', info: answer.value } });
  if (answer.kind === 'refused') {
    dispatch({ kind: 'place', key, place: { kind: 'refused', problem: answer.problem } });
    // What is told of the photo says the same as the title, and more.
    const { title, detail = title, ...rest } = answer.problem;
    report({ ...rest, title: detail.includes(file.name) ? detail : texts.problems.photo(file.name, detail) });
  }
  next();
};

/** Takes a photo off the page and off the server. */
export const removePhoto = (key: string): void => {
  const photo = photos.value.list.find((each) => each.key === key);
  if (photo === undefined) return;
  waiting = waiting.filter((each) => each.key !== key);
  sending.get(key)?.abort();
  // A job may still need it; the server forgets it in its time.
  if (photo.place.kind === 'ready' && toCome(queue.value) === 0) void client.deletePhoto(photo.place.info.id);
  if (photo.local !== undefined) URL.revokeObjectURL(photo.local);
  dispatch({ kind: 'remove', key });
};

/** Whoever leaves while photos are sent is asked first. */
export const guardUploads = (): void => {
  addEventListener('beforeunload', (event) => {
    if (waiting.length + sending.size > 0) event.preventDefault();
  });
};
