import { basename, dirname, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { BehaviourOf, OpContext } from '../operator/behaviour.js';
import { files } from '../ops/index.js';
import { type FileRef, file, type Outcome, travelsOn } from '../ports/index.js';
import { fromAsyncIterable } from '../streams/index.js';

/** The folder that all of some paths are in. */
export const commonFolder = (paths: readonly string[]): string => {
  const [first = [], ...others] = paths.map((path) => path.split(sep));
  const length = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  const shared = first.slice(0, length === -1 ? first.length : length).join(sep);
  return shared === '' ? sep : shared;
};

/**
 * The files of several folders, and several files, as one source: `files` of the folder that they are all in, which gives those
 * that are meant only, each once. By a receipt each is found as any other.
 *
 * @param places absolute paths of folders and files
 */
export const chosenFiles = (
  places: readonly [string, ...string[]],
  areFolders: readonly boolean[],
): ReturnType<typeof files> => {
  const [only, ...others] = places;
  if (others.length === 0) return files({ in: only });
  const folder = commonFolder(places.map((place, i) => (areFolders[i] === true ? place : dirname(place))));
  const { behaviour } = files.operator;
  if (behaviour.kind !== 'source') throw new TypeError('`files` is no source.');
  const all = async function* (context: OpContext): AsyncGenerator<Outcome<FileRef>> {
    const given = new Set<string>();
    for (const place of places) {
      const params = files.operator.params.codec.decode({ in: place });
      if (E.isLeft(params)) throw new TypeError(`${basename(place)} cannot be given to \`files\`.`);
      for await (const outcome of behaviour.source(params.right, context)) {
        if (E.isLeft(outcome)) {
          yield outcome;
          continue;
        }
        const { value } = outcome.right;
        if (!travelsOn(file, value)) throw new TypeError('`files` gave what is no file.');
        const { path } = value;
        if (given.has(path)) continue;
        const key = { path: relative(folder, path).replaceAll(sep, '/'), index: given.size, epoch: 0 };
        given.add(path);
        yield E.right({ key, value: { path } });
      }
    }
  };
  const step = files({ in: folder });
  const chosen: BehaviourOf<'source'> = {
    kind: 'source',
    source: (_, context) => fromAsyncIterable(() => all(context)),
  };
  return { ...step, operator: { ...step.operator, behaviour: chosen } };
};
