import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import { writeFailure } from '../../disk/write.js';
import type { Room } from '../store/usage.js';

/** What bounds an upload. */
export interface UploadLimits {
  readonly bytes: number;
  readonly silence: number;
  readonly upload: number;
}

/**
 * Writes what is uploaded to a new file, and removes it again unless it comes whole: cut off, too large, too slow. Errors:
 * `serve/too-large`, `serve/upload`, `store/full`, and those of writing.
 *
 * @returns how many bytes came
 */
export const receive = async (
  body: Readable,
  file: string,
  limits: UploadLimits,
  room: Pick<Room, 'take'>,
): Promise<E.Either<Diagnostics, number>> => {
  const place = room.take(limits.bytes);
  if (E.isLeft(place)) return place;
  const received = await receiveInto(body, file, limits);
  place.right();
  return received;
};

const receiveInto = async (
  body: Readable,
  file: string,
  limits: UploadLimits,
): Promise<E.Either<Diagnostics, number>> => {
  const stop = new AbortController();
  let why: Diagnostics | undefined;
  let bytes = 0;
  const giveUp = (reason: Diagnostics): void => {
    why ??= reason;
    stop.abort();
  };
  const silent = (): Diagnostics => tooSlow(`Nothing came for ${limits.silence / 1000} s`);
  let silence = setTimeout(() => giveUp(silent()), limits.silence);
  const whole = setTimeout(
    () => giveUp(tooSlow(`It was not whole after ${limits.upload / 60_000} minutes`)),
    limits.upload,
  );
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      clearTimeout(silence);
      bytes += chunk.length;
      if (bytes > limits.bytes) {
        giveUp(tooLarge(limits.bytes));
        return;
      }
      yield chunk;
      silence = setTimeout(() => giveUp(silent()), limits.silence);
    }
  };
  try {
    await pipeline(body, counted, createWriteStream(file, { flags: 'wx', mode: 0o600 }), {
      signal: stop.signal,
    });
    if (why === undefined) return E.right(bytes);
  } catch (thrown) {
    why ??= isOfWriting(thrown) ? writeFailure('The upload')(thrown) : cutOff(thrown);
  } finally {
    clearTimeout(silence);
    clearTimeout(whole);
  }
  await rm(file, { force: true }).catch(() => undefined);
  return E.left(why);
};

const isOfWriting = (thrown: unknown): boolean =>
  ['open', 'write', 'close'].includes((thrown as NodeJS.ErrnoException).syscall ?? '');

const cutOff = (thrown: unknown): Diagnostics => [
  failure('serve/upload', `The upload ended before it was whole: ${messageOf(thrown)}.`),
];

const tooSlow = (what: string): Diagnostics => [failure('serve/upload', `The upload was given up. ${what}.`)];

/** The refusal of an upload with more bytes than it may have. */
export const tooLarge = (most: number): Diagnostics => [
  failure('serve/too-large', `A photo may have ${megabytes(most)} here; this one has more.`),
];
