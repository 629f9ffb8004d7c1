import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { readBytes } from '../../disk/read.js';
import { writeAtomically } from '../../disk/write.js';
import { isBelow } from '../../pipelines/plugins/below.js';
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

/**
 * Writes a result's bytes to another place, if they are still what was written. The record can come from anybody: a result
 * that it names outside of its folder, by its path or through a link, is none.
 */
export const copied = async (folder: string, duplicate: Result, target: string): Promise<boolean> => {
  const file = join(folder, duplicate.output);
  if (file === target || !(await liesIn(folder, file))) return false;
  const bytes = await readBytes(file, duplicate.outputSize)();
  if (E.isLeft(bytes) || createHash('sha256').update(bytes.right).digest('hex') !== duplicate.outputDigest)
    return false;
  const made = await mkdir(dirname(target), { recursive: true }).then(
    () => true,
    () => false,
  );
  return made && E.isRight(await writeAtomically(target, bytes.right)());
};

/** True for a file below a folder, links followed. Nothing is asked about a path that lies elsewhere by its letters. */
const liesIn = async (folder: string, file: string): Promise<boolean> => {
  if (!isBelow(folder, file)) return false;
  const [root, real] = await Promise.all([folder, file].map((path) => realpath(path).catch(() => undefined)));
  return root !== undefined && real !== undefined && isBelow(root, real);
};
