import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isBelow } from '../../disk/below.js';
import type { Digest } from '../../disk/digest.js';
import { firstBytes } from '../../disk/regular.js';
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

/**
 * A result's bytes, if they are still what was written. The record can come from anybody: a result that it names outside of its
 * folder, by its path or through a link, is none.
 */
export const bytesOf = async (folder: string, duplicate: Result): Promise<Buffer | undefined> => {
  const file = join(folder, duplicate.output);
  if (!(await liesIn(folder, file))) return undefined;
  // One byte more than there should be tells a file that has grown.
  const bytes = await firstBytes(file, duplicate.outputSize + 1).catch(() => undefined);
  return bytes?.length === duplicate.outputSize &&
    createHash('sha256').update(bytes).digest('hex') === duplicate.outputDigest
    ? bytes
    : undefined;
};

/** True for a file below a folder, links followed. Nothing is asked about a path that lies elsewhere by its letters. */
const liesIn = async (folder: string, file: string): Promise<boolean> => {
  if (!isBelow(folder, file)) return false;
  const [root, real] = await Promise.all([folder, file].map((path) => realpath(path).catch(() => undefined)));
  return root !== undefined && real !== undefined && isBelow(root, real);
};
