import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type * as T from 'fp-ts/lib/Task.js';
import type { Digest } from '../../disk/digest.js';
import { isSame, type Look } from '../../disk/look.js';
import { onDisk } from '../../disk/names.js';
import { placeOfPath } from '../../disk/objects/address.js';
import { digestResult, lookAtResult } from '../../disk/objects/at-path.js';
import type { FailedEntry } from './entries.js';
import { type Journal, nameIn, type Result, type WrittenFile } from './journal.js';

/** A file to work on, and the file to make of it. */
export interface Work {
  readonly source: string;
  readonly target: string;
  /** What is done to it. */
  readonly pipeline: Digest;
  /** What is known of the source already: an object's store tells of it when it is listed. Absent: it is looked at. */
  readonly seen?: SourceLook;
}

/** A source as it is now. */
export interface SourceLook extends Pick<Stats, 'size' | 'mtimeMs'> {
  /** Of an object: its ETag. */
  readonly tag?: string;
}

/** How sure the journal is that the work is done. */
export type WorkStatus =
  /** Recorded, and neither file was changed since. */
  | { readonly kind: 'done' }
  /** The same, but the result's file was touched: reading it showed that its content is what was written. */
  | { readonly kind: 'seen'; readonly result: Result; readonly stats: SourceLook; readonly look: Look }
  /** Recorded, but the source was touched: it is done if its content is still the same. */
  | { readonly kind: 'touched'; readonly result: Result; readonly stats: SourceLook }
  | { readonly kind: 'new'; readonly stats: SourceLook }
  /** The source is no file, or no longer there. */
  | { readonly kind: 'gone' };

/**
 * What a result that is no longer where it was written means: it is made again, or somebody took it away, as from a drop
 * folder's outbox, and it stays done.
 */
export type WhenGone = 'again' | 'done';

const look =
  (path: string): T.Task<O.Option<Stats>> =>
  () =>
    stat(onDisk(path)).then(O.some, () => O.none);

/**
 * Whether a file is what was written: at once where nothing about it has changed, by reading it where anything has. Results of
 * the journal's first version are known by their size alone.
 */
export const isAsWritten = async (
  file: string,
  look: Look,
  written: WrittenFile,
): Promise<'at a look' | 'read' | false> => {
  const { outputSize, outputDigest, outputLook } = written;
  if (look.size !== outputSize) return false;
  // Of an object the times say nothing: it is another one when its ETag is.
  if (look.tag !== undefined && look.tag !== '' && outputLook?.tag === look.tag) return 'at a look';
  if (look.tag === undefined && outputLook !== undefined && isSame(look, { ...outputLook, size: outputSize }))
    return 'at a look';
  if (outputDigest === undefined) return 'at a look';
  const digest = await digestResult(file)();
  return E.isRight(digest) && digest.right === outputDigest ? 'read' : false;
};

/** What a file is, by the record of a file of its name. */
export type Origin =
  /** It is what was written, and has the time that it was given then. */
  | 'as written'
  /** It has the content that was written and another time: it was copied or touched, or the record is a forged one. */
  | 'same content'
  | 'other content';

/** Copies in archives and on simple file systems keep times in steps of two seconds at most, in milliseconds. */
const COARSEST = 2000;

const isTimeOf = (written: number, now: number): boolean =>
  now === written || (now % 1000 === 0 && Math.abs(now - written) <= COARSEST);

/**
 * Tells what was written from what merely has its content. A record can come from a stranger, who may know a file's content, but not
 * when it was written.
 */
export const originOf = async (file: string, look: Look, written: WrittenFile): Promise<Origin> => {
  if ((await isAsWritten(file, look, written)) === false) return 'other content';
  // Records of objects are not kept beside them: they are this machine's own, and no stranger's.
  if (look.tag !== undefined) return 'as written';
  const { outputDigest, outputModified } = written;
  return outputDigest !== undefined && outputModified !== undefined && isTimeOf(outputModified, look.modified)
    ? 'as written'
    : 'same content';
};

/** Asks the journal about a piece of work. The source is not read, and the result only where it was touched. */
export const statusOf =
  (journal: Journal, whenGone: WhenGone = 'again') =>
  ({ source, target, pipeline, seen }: Work): T.Task<WorkStatus> =>
  async () => {
    const result = journal.resultOf(nameIn(journal.folder, target))();
    const stats = seen ?? (await regularAt(source));
    if (stats === undefined) return { kind: 'gone' };
    if (result === undefined || result.pipeline !== pipeline) return { kind: 'new', stats };
    const file = join(journal.folder, result.output);
    const output = await lookAtResult(file);
    const isOther = output === undefined && placeOfPath(file) === undefined && O.isSome(await look(file)());
    if (output === undefined && (whenGone === 'again' || isOther)) return { kind: 'new', stats };
    const intact = output === undefined ? 'at a look' : await isAsWritten(file, output, result);
    if (intact === false) return { kind: 'new', stats };
    if (!isSource(result, stats)) return { kind: 'touched', result, stats };
    return intact === 'read' && output !== undefined
      ? { kind: 'seen', result, stats, look: output }
      : { kind: 'done' };
  };

/** A look at a file that is a regular one: a pipe or a device is not opened, since reading it could wait for ever. */
const regularAt = async (path: string): Promise<SourceLook | undefined> => {
  const of = await look(path)();
  return O.isSome(of) && of.value.isFile() ? of.value : undefined;
};

/** True when a file has the size and the time that were recorded. */
export const isSource = (
  { sourceSize, sourceModified, sourceTag }: Pick<Result, 'sourceSize' | 'sourceModified' | 'sourceTag'>,
  { size, mtimeMs, tag }: SourceLook,
): boolean => size === sourceSize && mtimeMs === sourceModified && sourceTag === tag;

/** The failure that is recorded of this very work: the same content, pipeline and version. */
export const failureOf = (
  journal: Journal,
  source: string,
  digest: Digest,
  pipeline: Digest,
  version: string,
): FailedEntry | undefined => {
  const entry = journal.failureOf(source)();
  return entry?.sourceDigest === digest && entry.pipeline === pipeline && entry.version === version
    ? entry
    : undefined;
};
