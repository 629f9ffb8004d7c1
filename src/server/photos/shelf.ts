import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhotoFacts } from '../../execution/editing/editor.js';
import type { Json } from '../../ports/index.js';
import { addPhoto, removePhoto } from '../store/photos.js';
import type { Store } from '../store/store.js';
import type { Photo } from '../store/tables.js';

/** Photos that were uploaded: what is known of them in the store, their files beside it, named by their ids. */
export interface PhotoShelf {
  readonly get: (id: string) => Photo | undefined;
  /** Where a photo's file is. */
  readonly fileOf: (id: string) => string;
  /** Where its small copies are kept. */
  readonly proxiesOf: (id: string) => string;
  /** Makes the folder of its small copies, and says where it is. */
  readonly makeProxies: (id: string) => Promise<string>;
  /** A new id, and a place for what is received under it. */
  readonly incoming: () => Incoming;
  /** Keeps a photo that was received. */
  readonly keep: (incoming: Incoming, about: NewPhoto) => Promise<Photo>;
  /** Forgets what was received, and copies of it. */
  readonly drop: (incoming: Incoming) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  /** Removes the files of a photo that the store has forgotten. */
  readonly discard: (id: string) => Promise<void>;
}

/** What is being received. */
export interface Incoming {
  readonly id: string;
  readonly file: string;
}

/** What is known of a photo that came. */
export interface NewPhoto {
  readonly owner: string;
  readonly name: string;
  readonly facts: PhotoFacts;
  readonly bytes: number;
  readonly created: number;
  readonly expires: number;
}

/** Ids that this server makes: nothing else is ever put into a path. */
const ID = /^[0-9a-z]{26}$/;

/** An id of 128 random bits. */
export const newId = (): string =>
  BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString(36)
    .padStart(26, '0');

/** Opens the folders of photos. @param folder that of the server's state */
export const openPhotoShelf = async (folder: string, store: Store): Promise<PhotoShelf> => {
  const place = (name: string, id: string): string => {
    if (!ID.test(id)) throw new Error(`${JSON.stringify(id)} is no id.`);
    return join(folder, name, id);
  };
  // What was being received when the server ended is of no use to anybody.
  await rm(join(folder, 'incoming'), { recursive: true, force: true });
  for (const name of ['photos', 'proxies', 'incoming'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const fileOf = (id: string): string => place('photos', id);
  const discard = async (id: string): Promise<void> => {
    await rm(fileOf(id), { force: true });
    await rm(place('proxies', id), { recursive: true, force: true });
  };
  return {
    discard,
    get: (id) => {
      const photo = ID.test(id) ? store.get('photos', id) : undefined;
      return photo?.isHidden === true ? undefined : photo;
    },
    fileOf,
    proxiesOf: (id) => place('proxies', id),
    makeProxies: async (id) => {
      const proxies = place('proxies', id);
      await mkdir(proxies, { recursive: true, mode: 0o700 });
      return proxies;
    },
    incoming: () => {
      const id = newId();
      return { id, file: place('incoming', id) };
    },
    drop: async ({ id, file }) => {
      await rm(file, { force: true });
      await rm(place('proxies', id), { recursive: true, force: true });
    },
    keep: async ({ id, file }, { facts, ...about }) => {
      await rename(file, fileOf(id));
      const { digest, type, width, height } = facts;
      const photo: Photo = {
        id,
        ...about,
        digest,
        type,
        width,
        height,
        // Made of JSON's kinds of values alone.
        facts: facts as unknown as Json,
        uses: 0,
        isHidden: false,
      };
      await store.change((draft) => addPhoto(draft, photo)).kept;
      return photo;
    },
    remove: async (id) => {
      const { value: gone, kept } = store.change((draft) => removePhoto(draft, id));
      await kept;
      await rm(place('proxies', id), { recursive: true, force: true });
      if (gone !== undefined) await discard(gone);
    },
  };
};
