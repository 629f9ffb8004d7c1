import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { digestBytes } from '../../disk/digest.js';
import { type ObjectPlace, placeOfPath } from '../../disk/objects/address.js';
import { asTask, keepsChanging } from '../../disk/objects/at-path.js';
import { fetchBytes } from '../../disk/objects/fetching.js';
import { readBytes } from '../../disk/read.js';
import type { Failed, Made } from '../../execution/elsewhere/elsewhere.js';
import { definedOnly } from '../../ports/defined.js';
import { travelsOn } from '../../ports/index.js';
import { diagnosticOf, type QueuedFailure, type QueuedMade } from '../messages.js';
import { stagedObject, stagedPath } from '../staging.js';

/** How often, and how far apart, it is looked for what another machine has written: a network's folder is seen late. */
const LOOKS = 8;
const APART_MS = 250;

/**
 * Takes what a worker made out of the folder where it waits. Undefined where it is not there, or not what the worker says: then it
 * is made again.
 */
export const takeMade = async (
  folder: string,
  item: string,
  certify: boolean,
  made: QueuedMade,
): Promise<Made | undefined> => {
  const place = placeOfPath(folder);
  for (let look = 0; look < LOOKS; look++) {
    const bytes = await (place === undefined
      ? readBytes(stagedPath(folder, item), made.size)
      : objectBytes(stagedObject(place, item), made.size))();
    if (E.isRight(bytes) && digestBytes(bytes.right) === made.sha256)
      return madeOf(bytes.right, certify, made);
    await pause(APART_MS);
  }
  return undefined;
};

/** The bytes of an object that waits; another one of its name is looked at again. */
const objectBytes = (place: ObjectPlace, most: number): TE.TaskEither<Diagnostics, Uint8Array> =>
  asTask(async () => {
    const fetched = await fetchBytes(place, { most });
    if (fetched === 'changed') throw new DiagnosticError(keepsChanging(place));
    return fetched.bytes;
  });

const madeOf = (
  bytes: Uint8Array,
  certify: boolean,
  { format, extension, modified, notes, warnings, engine, memory, surroundings }: QueuedMade,
): Made | undefined => {
  const value: unknown = {
    bytes,
    format,
    ...definedOnly({ extension, modified }),
  };
  return travelsOn({ kind: 'encoded' }, value)
    ? {
        value,
        notes,
        warnings: warnings.map(diagnosticOf),
        settings: { engine, memory, certify },
        surroundings,
      }
    : undefined;
};

/** A failure as it was told. */
export const failedOf = ({ operator, diagnostics }: QueuedFailure): Failed => {
  const [first, ...others] = diagnostics.map(diagnosticOf);
  return { operator, diagnostics: first === undefined ? unsaid : [first, ...others] };
};

const unsaid: Diagnostics = [failure('queue/foreign', 'A worker says that a photo failed, and not why.')];
