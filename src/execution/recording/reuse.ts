import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { writeAtomically } from '../../disk/write.js';
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

/** Writes a result's bytes to another place, if they are still what was written. */
export const copied = async (folder: string, duplicate: Result, target: string): Promise<boolean> => {
  const file = join(folder, duplicate.output);
  if (file === target) return false;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== duplicate.outputDigest)
    return false;
  const made = await mkdir(dirname(target), { recursive: true }).then(
    () => true,
    () => false,
  );
  return made && E.isRight(await writeAtomically(target, bytes)());
};
