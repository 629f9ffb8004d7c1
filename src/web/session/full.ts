import { effect, signal } from '@preact/signals';
import * as client from '../api/client.js';
import type { Edited, PhotoInfo } from '../api/types.js';
import { latest } from './latest.js';
import { needsFull } from './screen.js';
import { chosenInfo, edits, editsKey, report } from './store.js';

/** The chosen photo edited at full size: looked at closely, and downloaded. */

export interface Full {
  readonly key: string;
  readonly type: string;
  readonly url: string;
  readonly edited: Edited;
}

/** The last photo that was edited at full size; its edits may be others than those of now. */
export const full = signal<Full | undefined>(undefined);
export const isFullComing = signal(false);
export const isDownloading = signal(false);

const VIEWABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif']);
export const isViewable = (type: string): boolean => VIEWABLE.has(type);

/** The edit's own format, which is what `pipe run` writes. */
const OWN = '*/*';
const FALLBACK = 'image/jpeg';

/** What a browser shows: the edit's own format, so that a download needs no second edit, or JPEG. */
const viewType = ({ type }: PhotoInfo): string => (isViewable(type) ? OWN : FALLBACK);

const REST = 350;

const keep = (made: Full): void => {
  const before = full.value;
  full.value = made;
  // It may still be on the screen, or be written to a file.
  if (before !== undefined) setTimeout(() => URL.revokeObjectURL(before.url), 30_000);
};

const make = async (info: PhotoInfo, type: string, signal?: AbortSignal): Promise<Full | undefined> => {
  const key = editsKey.value;
  const present = full.value;
  if (present?.key === key && present.type === type) return present;
  const answer = await client.edit(info.id, edits.value, type, signal);
  if (answer.kind === 'refused') report(answer.problem);
  if (answer.kind !== 'given') return undefined;
  return { key, type, url: URL.createObjectURL(answer.value.blob), edited: answer.value };
};

export const startFull = (): void => {
  const requests = latest<PhotoInfo>(async (info, signal) => {
    isFullComing.value = true;
    const first = await make(info, viewType(info), signal);
    // Some edits give another format than the photo's.
    const made =
      first === undefined || isViewable(first.edited.blob.type) ? first : await make(info, FALLBACK, signal);
    if (signal.aborted) return;
    isFullComing.value = false;
    if (made !== undefined && made !== full.value) keep(made);
  });
  let resting: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const info = chosenInfo.value;
    const key = editsKey.value;
    clearTimeout(resting);
    requests.stop();
    isFullComing.value = false;
    if (info === undefined || !needsFull.value || edits.value.length === 0) return;
    if (full.peek()?.key === key && full.peek()?.type === viewType(info)) return;
    resting = setTimeout(() => requests.replace(info), REST);
  });
};

const save = (url: string, name: string): void => {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
};

/** Downloads the chosen photo with its edits, in their own format; without edits, the photo as it was sent. */
export const download = async (): Promise<void> => {
  const info = chosenInfo.value;
  if (info === undefined || isDownloading.value) return;
  if (edits.value.length === 0) {
    save(client.fileOf(info.id), info.name);
    return;
  }
  isDownloading.value = true;
  const made = await make(info, OWN);
  isDownloading.value = false;
  if (made === undefined) return;
  save(made.url, made.edited.name === 'photo' ? info.name : made.edited.name);
  if (made !== full.value) keep(made);
};
