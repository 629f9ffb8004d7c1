import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import { writeAtomically } from '../../disk/write.js';
import {
  bytesOf,
  decode,
  extentOf,
  LEAST_MEMORY,
  proxyOf,
  readProxy,
  storedProxy,
  surveyed,
} from '../../image/index.js';
import type { Frame } from '../../ports/index.js';
import type { Budget } from '../../streams/index.js';
import { cancelledEdit, tooManyPixels } from './refusals.js';

/** Longest sides that small copies are made in; a copy of a size asked for is made of the next larger one. */
const SIDES = [512, 1024, 2048] as const;

/** Bytes of small copies that are kept in memory. */
const KEPT_BYTES = 192 * 2 ** 20;

/** Copies are finished though nobody waits for them any more: the next preview is made of them. */
const never = new AbortController().signal;

/** A photo to make small copies of. */
export interface ProxySource {
  readonly photo: string;
  readonly name: string;
  /** A folder where its copies are kept, as long as it is there; without one they are kept in memory alone. */
  readonly folder?: string | undefined;
}

/** Small copies of photos, made once for each size, in memory and on disk. */
export interface Proxies {
  /** A copy whose longest side is `side` pixels, or less where the photo has less. Errors: those of `decode`; `serve/too-many-pixels`. */
  readonly get: (source: ProxySource, side: number) => Promise<E.Either<Diagnostics, Frame>>;
  /** Decodes the photo, makes its copies, and hands over the frame at its full size. */
  readonly decoded: <A>(
    source: ProxySource,
    signal: AbortSignal,
    look: (frame: Frame, warnings: readonly Diagnostic[]) => A,
  ) => Promise<E.Either<Diagnostics, A>>;
}

/** What copies are made with. */
interface Site {
  /** Memory that is taken while a photo is decoded. */
  readonly room: Budget;
  readonly memory: number;
  readonly maxPixels: number;
  readonly kept: LRUCache<string, Frame>;
}

/** A photo whose copies are on disk is known by their folder, so that it may be moved meanwhile. */
const keyOf = ({ photo, folder }: ProxySource, side: number | string): string => `${folder ?? photo} ${side}`;

const fileOf = ({ folder }: ProxySource, side: number): string | undefined =>
  folder === undefined ? undefined : join(folder, `proxy-${side}.png`);

/** Keeps a copy; nobody waits until it is on the disk as well. One that cannot be kept there is made again. */
const store = async ({ kept }: Site, source: ProxySource, side: number, frame: Frame): Promise<void> => {
  kept.set(keyOf(source, side), frame);
  const file = fileOf(source, side);
  if (file === undefined || source.folder === undefined) return;
  const bytes = await storedProxy(frame)();
  if (E.isLeft(bytes)) return;
  // Only into a folder that is there: that of a photo which was removed meanwhile is not made again.
  await writeAtomically(file, bytes.right)();
};

const decodedWith =
  (site: Site): Proxies['decoded'] =>
  async (source, signal, look) => {
    const { photo, name } = source;
    const { room, memory, maxPixels } = site;
    const extent = await surveyed({ path: photo, name })();
    if (E.isLeft(extent)) return extent;
    const { width, height } = extent.right;
    if (width * height > maxPixels) return E.left(tooManyPixels(name, extent.right, maxPixels));
    const release = await room.take(extent.right.source?.decoding ?? 0, signal);
    if (release === undefined) return E.left(cancelledEdit);
    try {
      const maxMemory = Math.max(memory, LEAST_MEMORY);
      const read = await decode({ path: photo, name }, { maxPixels, maxMemory })();
      if (E.isLeft(read)) return read;
      const { frame, warnings } = read.right;
      // Each smaller copy is made of the one before it.
      let larger = frame;
      for (const side of [...SIDES].reverse()) {
        const proxy = await proxyOf(larger, side)();
        if (E.isLeft(proxy)) return proxy;
        larger = proxy.right;
        void store(site, source, side, larger);
      }
      return E.right(look(frame, warnings));
    } finally {
      release();
    }
  };

/** A copy of one of the sides: from memory, from the disk, or made now. */
const copyOf = async (
  site: Site,
  source: ProxySource,
  side: number,
): Promise<E.Either<Diagnostics, Frame>> => {
  const { kept } = site;
  const known = kept.get(keyOf(source, side));
  if (known !== undefined) return E.right(known);
  const file = fileOf(source, side);
  const stored = file === undefined ? undefined : await readProxy(file)();
  if (stored !== undefined && E.isRight(stored)) {
    kept.set(keyOf(source, side), stored.right);
    return stored;
  }
  return decodedWith(site)(source, never, (frame) => kept.get(keyOf(source, side)) ?? frame);
};

/** Makes copies and keeps them. @param room memory that is taken while a photo is decoded */
export const createProxies = (room: Budget, memory: number, maxPixels: number): Proxies => {
  const kept = new LRUCache<string, Frame>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (frame) => Math.max(1, Math.ceil(bytesOf(extentOf(frame)))),
  });
  const site: Site = { room, memory, maxPixels, kept };
  const making = new Map<string, Promise<E.Either<Diagnostics, Frame>>>();

  /** Whoever asks for the same copy meanwhile gets that one. */
  const once = (key: string, make: () => Promise<E.Either<Diagnostics, Frame>>) => {
    const before = making.get(key);
    if (before !== undefined) return before;
    const made = make().finally(() => making.delete(key));
    making.set(key, made);
    return made;
  };

  return {
    decoded: decodedWith(site),
    get: async (source, side) => {
      const from = SIDES.find((each) => each >= side) ?? (SIDES[SIDES.length - 1] as number);
      const larger = await once(keyOf(source, from), () => copyOf(site, source, from));
      if (E.isLeft(larger) || Math.max(larger.right.width, larger.right.height) <= side) return larger;
      const key = keyOf(source, `exactly ${side}`);
      const known = kept.get(key);
      if (known !== undefined) return E.right(known);
      const made = await proxyOf(larger.right, side)();
      if (E.isRight(made)) kept.set(key, made.right);
      return made;
    },
  };
};
