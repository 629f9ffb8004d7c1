import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { firstBytes } from '../../disk/regular.js';
import type { Digest } from '../../records/digest.js';
import type { Work } from '../../records/journal/done.js';
import type { Journal, Result } from '../../records/journal/journal.js';

/** The result of the same work on the same content under another name. */
export const duplicateOf = (
  { madeOf }: Journal,
  { target, pipeline }: Work,
  sourceDigest: Digest,
): Result | undefined => {
  const duplicate = madeOf(sourceDigest)();
  return duplicate?.pipeline === pipeline &&
    duplicate.outputDigest !== undefined &&
    extname(duplicate.output).toLowerCase() === extname(target).toLowerCase()
    ? duplicate
    : undefined;
};

/** A result's bytes, if they are still what was written. */
export const bytesOf = async (folder: string, duplicate: Result): Promise<Buffer | undefined> => {
  // One byte more than there should be tells a file that has grown.
  const bytes = await firstBytes(join(folder, duplicate.output), duplicate.outputSize + 1).catch(
    () => undefined,
  );
  return bytes?.length === duplicate.outputSize &&
    createHash('sha256').update(bytes).digest('hex') === duplicate.outputDigest
    ? bytes
    : undefined;
};
