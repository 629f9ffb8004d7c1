import { mkdir, stat } from 'node:fs/promises';
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
  /** A folder where its copies are kept; without one they are kept in memory alone. */
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

/** @param room memory that is taken while a photo is decoded */
export const createProxies = (room: Budget, memory: number, maxPixels: number): Proxies => {
  const kept = new LRUCache<string, Frame>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (frame) => Math.max(1, Math.ceil(bytesOf(extentOf(frame)))),
  });
  const making = new Map<string, Promise<E.Either<Diagnostics, Frame>>>();

  const fileOf = ({ folder }: ProxySource, side: number): string | undefined =>
    folder === undefined ? undefined : join(folder, `proxy-${side}.png`);

  /** Keeps a copy; nobody waits until it is on the disk as well. */
  const store = async (source: ProxySource, side: number, frame: Frame): Promise<void> => {
    kept.set(`${source.photo} ${side}`, frame);
    const file = fileOf(source, side);
    if (file === undefined || source.folder === undefined) return;
    const bytes = await storedProxy(frame)();
    if (E.isLeft(bytes)) return;
    // A copy that cannot be kept is made again.
    await mkdir(source.folder, { recursive: true }).catch(() => undefined);
    await writeAtomically(file, bytes.right)();
  };

  const decoded: Proxies['decoded'] = async (source, signal, look) => {
    const { photo, name } = source;
    const size = await stat(photo).then(
      ({ size }) => size,
      () => 0,
    );
    const extent = await surveyed({ path: photo, name })();
    if (E.isLeft(extent)) return extent;
    const { width, height } = extent.right;
    if (width * height > maxPixels) return E.left(tooManyPixels(name, extent.right, maxPixels));
    const release = await room.take((extent.right.source?.decoding ?? 0) + size, signal);
    if (release === undefined) return E.left(cancelledEdit);
    try {
      const read = await decode(
        { path: photo, name },
        { maxPixels, maxMemory: Math.max(memory, LEAST_MEMORY) },
      )();
      if (E.isLeft(read)) return read;
      const { frame, warnings } = read.right;
      // Each smaller copy is made of the one before it.
      let larger = frame;
      for (const side of [...SIDES].reverse()) {
        const proxy = await proxyOf(larger, side)();
        if (E.isLeft(proxy)) return proxy;
        larger = proxy.right;
        void store(source, side, larger);
      }
      return E.right(look(frame, warnings));
    } finally {
      release();
    }
  };

  const largeEnough = async (source: ProxySource, side: number): Promise<E.Either<Diagnostics, Frame>> => {
    const known = kept.get(`${source.photo} ${side}`);
    if (known !== undefined) return E.right(known);
    const file = fileOf(source, side);
    const stored = file === undefined ? undefined : await readProxy(file)();
    if (stored !== undefined && E.isRight(stored)) {
      kept.set(`${source.photo} ${side}`, stored.right);
      return stored;
    }
    let own: Frame | undefined;
    const made = await decoded(source, never, (frame) => {
      own = kept.get(`${source.photo} ${side}`) ?? frame;
    });
    return E.isLeft(made) ? made : E.right(own as Frame);
  };

  /** Whoever asks for the same copy meanwhile gets that one. */
  const once = (key: string, make: () => Promise<E.Either<Diagnostics, Frame>>) => {
    const before = making.get(key);
    if (before !== undefined) return before;
    const made = make().finally(() => making.delete(key));
    making.set(key, made);
    return made;
  };

  return {
    decoded,
    get: async (source, side) => {
      const from = SIDES.find((each) => each >= side) ?? (SIDES[SIDES.length - 1] as number);
      const larger = await once(`${source.photo} ${from}`, () => largeEnough(source, from));
      if (E.isLeft(larger) || Math.max(larger.right.width, larger.right.height) <= side) return larger;
      const key = `${source.photo} exactly ${side}`;
      const known = kept.get(key);
      if (known !== undefined) return E.right(known);
      const made = await proxyOf(larger.right, side)();
      if (E.isRight(made)) kept.set(key, made.right);
      return made;
    },
  };
};
