import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { fileOf, viewOf } from '../../api/client.js';
import { full, isViewable } from '../../session/full.js';
import { shown } from '../../session/previews.js';
import { needed, needsFull } from '../../session/screen.js';
import { chosenInfo, editsKey } from '../../session/store.js';
import type { Photo } from '../../state/photos.js';
import { LARGEST, TILE, viewSize } from '../../state/sizes.js';

/** Where the pictures of the stage come from: the best that there is now, first those that are there at once. */

/** Local files that the browser could not show; the server's view of them is taken. */
const unviewable = signal<ReadonlySet<string>>(new Set());
const markUnviewable = (url: string): void => {
  unviewable.value = new Set([...unviewable.value, url]);
};

/** The photo before edits, from coarse to fine; each is shown once it is decoded. */
export const beforeUrls = ({ place, local }: Photo): readonly string[] => {
  if (local !== undefined && !unviewable.value.has(local)) return [local];
  if (place.kind !== 'ready') return [];
  const { id, type } = place.info;
  const small = viewOf(id, TILE);
  if (!needsFull.value) return [small, viewOf(id, viewSize(needed.value))];
  return [small, isViewable(type) ? fileOf(id) : viewOf(id, LARGEST)];
};

export interface AfterSource {
  readonly url: string;
  /** Whether it shows the edits of now, not those before. */
  readonly isCurrent: boolean;
  readonly isFull: boolean;
}

/** The chosen photo with its edits, as far as there is one. */
export const afterSource = (): AfterSource | undefined => {
  const key = editsKey.value;
  if (needsFull.value && full.value?.key === key)
    return { url: full.value.url, isCurrent: true, isFull: true };
  const preview = shown.value;
  if (preview === undefined || preview.photo !== chosenInfo.value?.id) return undefined;
  return { url: preview.url, isCurrent: preview.key === key, isFull: false };
};

/**
 * The finest of these addresses that is decoded; a change of picture never shows a blank between.
 *
 * @param of what they are pictures of: nothing of something else is shown in its place
 */
export const useDecoded = (of: string, urls: readonly string[]): string | undefined => {
  const [decoded, setDecoded] = useState<{ readonly of: string; readonly url: string } | undefined>(
    undefined,
  );
  const names = urls.join('\n');
  useEffect(() => {
    let isOver = false;
    const load = async (): Promise<void> => {
      for (const url of names === '' ? [] : names.split('\n')) {
        const image = new Image();
        image.src = url;
        await image.decode().catch(() => {
          if (url.startsWith('blob:')) markUnviewable(url);
        });
        if (isOver) return;
        if (image.naturalWidth > 0) setDecoded({ of, url });
      }
    };
    void load();
    return () => {
      isOver = true;
    };
  }, [of, names]);
  return names === '' || decoded?.of !== of ? undefined : decoded.url;
};
