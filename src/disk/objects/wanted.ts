import { extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, DiagnosticError } from '../../diagnostics/index.js';
import type { FileRef } from '../../ports/index.js';
import { type Matcher, matcherOf } from '../glob.js';
import { createLeftOut, type LeftOut, type Reason } from '../left-out.js';
import { isObjectUrl, keyFault, type ObjectPlace, pathOfPlace, readObjectUrl } from './address.js';
import { type ListedObject, listObjects } from './listing.js';

/** Extensions of what is read here; objects are not opened to see what they are, since each look is a request. */
const pictures: ReadonlySet<string> = new Set(
  'jpg jpeg jpe jfif png webp avif tif tiff gif heic heif hif jxl hdr rgbe 3fr arw cr2 cr3 dng erf nef nrw orf pef raf raw rw2 srw'.split(
    ' ',
  ),
);

const noPicture: Reason = { what: 'by its name no picture', hint: '`match` takes objects by other names.' };

/** What is wrong with a parameter that begins as an address of objects, in words that follow the operator's name. */
export const objectsFault = (path: string): string | undefined => {
  if (!isObjectUrl(path)) return undefined;
  const place = readObjectUrl(path);
  return E.isLeft(place)
    ? `has a place that cannot be read: ${place.left[0].message.replace(/\.$/, '')}`
    : undefined;
};

/** The place of objects that is written so. Throws `DiagnosticError`: `s3/address`. */
export const objectsAt = (path: string): ObjectPlace => {
  const place = readObjectUrl(path);
  if (E.isLeft(place)) throw new DiagnosticError(place.left);
  return place.right;
};

/** An object as a file of a source. */
export const refOf = (top: ObjectPlace, { path, ...object }: ListedObject): FileRef => ({
  path: pathOfPlace({ bucket: top.bucket, key: top.key === '' ? path : `${top.key}/${path}` }),
  object,
});

/** Why an object is left out; `hidden` for what is never spoken of; undefined where it is taken. */
const reasonToLeave = (path: string, isWanted: Matcher | undefined): Reason | 'hidden' | undefined => {
  // What programs put there in the place of a folder.
  if (path === '' || path.endsWith('/')) return 'hidden';
  const fault = keyFault(path);
  if (fault !== undefined) return isWanted === undefined || isWanted(path) ? { what: fault } : 'hidden';
  if (path.split('/').some((part) => part.startsWith('.'))) return 'hidden';
  if (isWanted !== undefined) return isWanted(path) ? undefined : 'hidden';
  return pictures.has(extname(path).slice(1).toLowerCase()) ? undefined : noPicture;
};

/** Goes through objects, those left out that are no pictures or whose keys are no paths; `leftOut` is told of them. */
export async function* wantedObjects(
  top: ObjectPlace,
  match: readonly string[] | undefined,
  leftOut: LeftOut,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  const isWanted = match === undefined ? undefined : matcherOf(match);
  for await (const object of listObjects(top, signal)) {
    const reason = reasonToLeave(object.path, isWanted);
    if (reason === undefined) yield object;
    else if (reason !== 'hidden') leftOut.add(object.path, reason);
  }
}

/** The objects below a place, as a source gives them; what is left out is told at the end. */
export async function* objectRefs(
  path: string,
  match: readonly string[] | undefined,
  told: (leftOut: Diagnostic) => void,
  signal: AbortSignal,
): AsyncGenerator<{ readonly path: string; readonly value: FileRef }> {
  const top = objectsAt(path);
  const leftOut = createLeftOut();
  for await (const object of wantedObjects(top, match, leftOut, signal))
    yield { path: object.path, value: refOf(top, object) };
  const said = leftOut.told();
  if (said !== undefined) told(said);
}
