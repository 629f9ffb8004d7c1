import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { type Diagnostic, DiagnosticError, failure } from '../../diagnostics/index.js';
import { matcherOf } from '../../disk/glob.js';
import { leftOut } from '../../disk/left-out.js';
import { onDisk } from '../../disk/names.js';
import { isObjectUrl } from '../../disk/objects/address.js';
import { objectsAt, objectsFault, refOf, wantedObjects } from '../../disk/objects/wanted.js';
import { unreadableFolder } from '../../disk/walk.js';
import { reasonToLeave } from '../../image/decoding/recognise.js';
import type { OpContext } from '../../operator/behaviour.js';
import { defineOp } from '../../operator/define.js';
import {
  type Decoded,
  defaulted,
  number,
  optional,
  path,
  patterns,
  required,
} from '../../operator/params/index.js';
import { type FileRef, file, type ItemKey, none, type Outcome } from '../../ports/index.js';
import { fromAsyncIterable } from '../../streams/index.js';
import { lookOut } from './lookout.js';
import { lookOutForObjects, USUAL_POLL } from './objects.js';

const params = {
  in: required(path('input'), 'A folder, or objects: s3://bucket/prefix'),
  match: optional(
    patterns,
    'Patterns that paths below the folder must fit; without any, all files that are pictures, whatever they are called',
  ),
  poll: optional(
    number({ min: 0.1, max: 86_400 }),
    'Look every so many seconds instead of listening, as network drives need it; objects are always listed so (30)',
  ),
  settle: defaulted(
    number({ min: 0, max: 3600 }),
    0.25,
    'Seconds that a file must stay as it is before it counts as whole',
  ),
  patience: defaulted(
    number({ min: 0, max: 86_400 }),
    5,
    'The same, for a file that cannot be decoded: it may be a copy that is held up',
  ),
};

/** Gives the files that come to a folder, each when it is whole, for ever. */
export const watch = defineOp({
  name: 'watch',
  about: 'Wait for files in a folder, and give each when it is whole',
  params,
  main: 'in',
  input: none,
  output: file,
  objects: true,
  complaint: ({ in: place }) => objectsFault(place),
  endless: () => true,
  live: () => true,
  source: (given, context) =>
    fromAsyncIterable((signal) =>
      isObjectUrl(given.in) ? objectArrivals(given, context, signal) : arrivals(given, context, signal),
    ),
});

async function* arrivals(
  { in: folder, match, poll, settle, patience }: Decoded<typeof params>,
  { path: operator, warn, crashGuard, memory }: OpContext,
  signal: AbortSignal,
): AsyncGenerator<Outcome<FileRef>> {
  const stats = await stat(onDisk(folder)).catch(() => undefined);
  if (stats?.isFile() === true)
    throw new DiagnosticError([failure('file/missing', `${folder} is a file; a folder can be watched.`)]);
  const told = new Set<string>();
  const { isWhole, LEAST_MEMORY } = await import('../../image/index.js');
  const sighted = lookOut(
    {
      folder,
      isWanted: match === undefined ? () => true : matcherOf(match),
      settle: settle * 1000,
      patience: patience * 1000,
      ...(poll === undefined ? {} : { poll: poll * 1000 }),
      // What must not be decoded here is taken when it has kept still for longer; so is what is no picture, or not yet.
      isWhole: (path, name) => async () =>
        (match !== undefined || (await reasonToLeave(path)) === undefined) &&
        O.isSome(
          O.filter((whole: boolean) => whole)(
            await crashGuard(name, isWhole(path, Math.max(memory, LEAST_MEMORY)))(),
          ),
        ),
    },
    signal,
  );
  for await (const seen of sighted) {
    const name = seen.path;
    const path = join(folder, name);
    if (seen.kind === 'unreadable') {
      // What is in it is not done, now or later: it counts as a photo that failed, once.
      if (!told.has(name))
        yield E.left({
          key: keyOf(name || '.'),
          operator,
          diagnostics: [unreadableFolder(path, seen.cause)],
        });
      told.add(name);
      continue;
    }
    const reason = match === undefined ? await reasonToLeave(path) : undefined;
    if (reason === undefined) yield E.right({ key: keyOf(name), value: { path } });
    else if (!told.has(name)) warn(keyOf(name), leftOut(name, reason))();
    if (reason !== undefined) told.add(name);
  }
}

async function* objectArrivals(
  { in: place, match, poll }: Decoded<typeof params>,
  { warn }: OpContext,
  signal: AbortSignal,
): AsyncGenerator<Outcome<FileRef>> {
  const top = objectsAt(place);
  let said = '';
  const sighted = lookOutForObjects(
    {
      top,
      poll: poll === undefined ? USUAL_POLL : poll * 1000,
      list: (at, leftOut, stop) =>
        listedIn(wantedObjects(at, match, leftOut, stop), () => tell(leftOut.told())),
      failed: ({ diagnostics: [first] }) => warn(keyOf('.'), { ...first, severity: 'warning' })(),
    },
    signal,
  );
  // What is left out is said when it has become other than it was.
  const tell = (leftOut: Diagnostic | undefined): void => {
    if (leftOut === undefined || leftOut.message === said) return;
    said = leftOut.message;
    warn(keyOf('.'), leftOut)();
  };
  for await (const object of sighted) yield E.right({ key: keyOf(object.path), value: refOf(top, object) });
}

/** What is listed; `ended` is called after the last. */
async function* listedIn<A>(items: AsyncIterable<A>, ended: () => void): AsyncGenerator<A> {
  yield* items;
  ended();
}

/**
 * What names a file that came. Files that come have no order that would be the same the next time, so the index, which
 * random choices are a function of, is made of the path.
 */
const keyOf = (name: string): ItemKey => ({
  path: name,
  index: createHash('sha256').update(onDisk(name)).digest().readUIntBE(0, 6),
  epoch: 0,
});
