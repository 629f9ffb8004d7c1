import { mkdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics } from '../../diagnostics/index.js';
import { type Digest, digestFile } from '../../disk/digest.js';
import { type ObjectPlace, placeOfPath } from '../../disk/objects/address.js';
import { keepsChanging } from '../../disk/objects/at-path.js';
import { digestObject, type Fetched, fetchInto } from '../../disk/objects/fetching.js';
import type { ObjectLook } from '../../disk/objects/listing.js';
import { askFor } from '../../disk/objects/looking.js';
import { temporaryName } from '../../disk/temporary.js';
import { writeFailure } from '../../disk/write.js';
import { definedOnly } from '../../ports/defined.js';
import type { FileRef, Item } from '../../ports/index.js';
import type { SourceLook } from '../../records/journal/done.js';
import { FOLDER } from '../../records/journal/journal.js';
import type { Ledger } from '../../records/journal/ledger.js';
import type { RunContext } from '../context.js';
import { memoryLimit } from '../memory/room.js';

interface Site {
  readonly ledger: Pick<Ledger, 'journal'>;
  readonly run: RunContext;
}

/** A source that is to be worked on: where it can be read, and what it is. */
export interface TakenSource {
  /** The item as operators read it: of an object, a copy of the version that was fetched. */
  readonly here: Item<FileRef>;
  readonly stats: SourceLook;
  readonly digest: E.Either<Diagnostics, Digest>;
  readonly release: () => Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/** How often an object is fetched that is another one each time. */
const MOST_CHANGES = 3;

/**
 * Makes a source readable here, and gives the digest of its content. An object is fetched into the folder of records, in one version;
 * where the work is done elsewhere it is only read. Throws `DiagnosticError` where a store cannot be asked.
 */
export const takeSource = async (
  site: Site,
  item: Item<FileRef>,
  stats: SourceLook,
  signal: AbortSignal,
): Promise<TakenSource | 'gone'> => {
  const { path, object } = item.value;
  const place = object === undefined ? undefined : placeOfPath(path);
  if (object === undefined || place === undefined)
    return { here: item, stats, digest: await digestFile(path)(), release: nothing };
  return takeObject(site, item, place, object, signal);
};

const takeObject = async (
  { ledger, run }: Site,
  item: Item<FileRef>,
  place: ObjectPlace,
  listed: ObjectLook,
  signal: AbortSignal,
): Promise<TakenSource | 'gone'> => {
  const most = memoryLimit(run);
  let wanted = listed;
  for (let attempt = 0; attempt < MOST_CHANGES; attempt++) {
    const options = { most, tag: wanted.tag, signal };
    if (run.elsewhere !== undefined) {
      const fetched = await digestObject(place, options);
      if (fetched !== 'changed') return { here: item, ...known(fetched), release: nothing };
    } else {
      const copy = await copyOf(ledger.journal.folder, item, place, options);
      if (copy !== 'changed') return copy;
    }
    const now = await askFor(place, signal);
    if (now === undefined) return 'gone';
    wanted = now;
  }
  throw new DiagnosticError(keepsChanging(place));
};

const known = ({ look, digest }: Fetched): Pick<TakenSource, 'stats' | 'digest'> => ({
  stats: { size: look.size, mtimeMs: look.modified, tag: look.tag },
  digest: E.right(digest),
});

/** The folder of copies, in the folder of records. */
const copiesIn = (folder: string): string => join(folder, FOLDER, 'objects');

const copyOf = async (
  folder: string,
  { key, value }: Item<FileRef>,
  place: ObjectPlace,
  options: Parameters<typeof fetchInto>[2],
): Promise<TakenSource | 'changed'> => {
  const file = join(copiesIn(folder), temporaryName());
  const release = (): Promise<void> => rm(file, { force: true }).catch(() => undefined);
  try {
    await mkdir(copiesIn(folder), { recursive: true });
    const fetched = await fetchInto(place, file, options);
    if (fetched === 'changed') {
      await release();
      return fetched;
    }
    const changed = fetched.look.modified / 1000;
    await utimes(file, changed, changed);
    return {
      here: { key, value: { ...definedOnly({ bytes: value.bytes }), path: file } },
      ...known(fetched),
      release,
    };
  } catch (thrown) {
    await release();
    if (thrown instanceof DiagnosticError) throw thrown;
    throw new DiagnosticError(writeFailure(file)(thrown));
  }
};
