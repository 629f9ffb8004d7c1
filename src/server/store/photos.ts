import type { Draft, Photo } from './tables.js';
import { bytesChanged } from './usage.js';

/** Keeps a photo whose file lies in its place. */
export const addPhoto = (draft: Draft, photo: Omit<Photo, 'uses' | 'isHidden'>): void => {
  draft.put('photos', [photo.id], { ...photo, uses: 0, isHidden: false });
  draft.put('expiries', [photo.expires, 'photo', photo.id], true);
  bytesChanged(draft, photo.bytes);
};

const forgotten = (draft: Draft, { id, bytes }: Photo): string => {
  draft.remove('photos', id);
  bytesChanged(draft, -bytes);
  return id;
};

/** Removes a photo from sight; gives its id when its file can go as well, which it cannot while a job needs it. */
export const removePhoto = (draft: Draft, id: string): string | undefined => {
  const photo = draft.get('photos', id);
  if (photo === undefined) return undefined;
  draft.remove('expiries', photo.expires, 'photo', id);
  if (photo.uses === 0) return forgotten(draft, photo);
  draft.put('photos', [id], { ...photo, isHidden: true });
  return undefined;
};

/** Counts the items of jobs that need a photo; gives its id when it was removed before, and its file can go now. */
export const usesChanged = (draft: Draft, id: string, by: 1 | -1): string | undefined => {
  const photo = draft.get('photos', id);
  if (photo === undefined) return undefined;
  const uses = photo.uses + by;
  if (uses === 0 && photo.isHidden) return forgotten(draft, photo);
  draft.put('photos', [id], { ...photo, uses });
  return undefined;
};
