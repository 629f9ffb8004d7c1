import { definedOnly } from '../../ports/defined.js';
import type { PhotoInfo, Problem } from '../api/types.js';
import { type Chain, type ChainAction, chainAfter, emptyChain, type Step } from './chain.js';

/** The photos of the filmstrip, and which of them is looked at. */

export type Place =
  | { readonly kind: 'queued' }
  | { readonly kind: 'sending'; readonly share: number }
  | { readonly kind: 'ready'; readonly info: PhotoInfo }
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface Photo {
  readonly key: string;
  readonly name: string;
  /** Address of the local file, where the photo was dropped in this visit. */
  readonly local?: string;
  readonly place: Place;
  readonly chain: Chain;
}

export interface Photos {
  readonly list: readonly Photo[];
  readonly chosen?: string | undefined;
}

export type PhotosAction =
  | { readonly kind: 'add'; readonly photos: readonly Photo[] }
  | { readonly kind: 'place'; readonly key: string; readonly place: Place }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'choose'; readonly key: string }
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'edit'; readonly key: string; readonly action: ChainAction }
  /** Gives the edits of one photo to all others. */
  | { readonly kind: 'spread'; readonly key: string };

export const noPhotos: Photos = { list: [] };

export const newPhoto = (key: string, name: string, local?: string): Photo => ({
  key,
  name,
  place: { kind: 'queued' },
  chain: emptyChain,
  ...definedOnly({ local }),
});

/** A photo that the server holds from an earlier visit. */
export const keptPhoto = (info: PhotoInfo, steps: readonly Step[]): Photo => ({
  key: info.id,
  name: info.name,
  place: { kind: 'ready', info },
  chain: { ...emptyChain, steps },
});

export const chosenOf = ({ list, chosen }: Photos): Photo | undefined =>
  list.find(({ key }) => key === chosen);

const without = ({ list, chosen }: Photos, key: string): Photos => {
  const index = list.findIndex((photo) => photo.key === key);
  const rest = list.filter((photo) => photo.key !== key);
  if (chosen !== key) return { list: rest, chosen };
  return { list: rest, chosen: (rest[index] ?? rest.at(-1))?.key };
};

const stepped = ({ list, chosen }: Photos, by: number): Photos => {
  const index = list.findIndex(({ key }) => key === chosen);
  const next = list[Math.max(0, Math.min(list.length - 1, index + by))];
  return { list, chosen: next?.key };
};

export const photosAfter = (photos: Photos, action: PhotosAction): Photos => {
  const { list, chosen } = photos;
  const changed = (key: string, change: (photo: Photo) => Photo): Photos => ({
    list: list.map((photo) => (photo.key === key ? change(photo) : photo)),
    chosen,
  });
  switch (action.kind) {
    case 'add':
      return { list: [...list, ...action.photos], chosen: chosen ?? action.photos[0]?.key };
    case 'place':
      return changed(action.key, (photo) => ({ ...photo, place: action.place }));
    case 'remove':
      return without(photos, action.key);
    case 'choose':
      return list.some(({ key }) => key === action.key) ? { list, chosen: action.key } : photos;
    case 'step':
      return stepped(photos, action.by);
    case 'edit':
      return changed(action.key, (photo) => ({ ...photo, chain: chainAfter(photo.chain, action.action) }));
    case 'spread': {
      const steps = list.find(({ key }) => key === action.key)?.chain.steps ?? [];
      const replace = (photo: Photo): Photo =>
        photo.key === action.key
          ? photo
          : { ...photo, chain: chainAfter(photo.chain, { kind: 'replace', steps }) };
      return { list: list.map(replace), chosen };
    }
  }
};
