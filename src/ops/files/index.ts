import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostic } from '../../diagnostics/index.js';
import { isObjectUrl } from '../../disk/objects/address.js';
import { objectRefs, objectsFault } from '../../disk/objects/wanted.js';
import type { OpContext } from '../../operator/behaviour.js';
import { defineOp } from '../../operator/define.js';
import {
  boolean,
  defaulted,
  integer,
  oneOf,
  optional,
  path,
  patterns,
  record,
  required,
} from '../../operator/params/index.js';
import { type FileRef, file, type ItemKey, none, type Outcome } from '../../ports/index.js';
import { fromAsyncIterable } from '../../streams/index.js';
import { listFiles } from './list.js';
import { partOf, type Split } from './split.js';

/** Gives the files of a folder, in the order of their paths. */
export const files = defineOp({
  name: 'files',
  about: 'Give the files of a folder',
  params: {
    in: required(path('input'), 'A folder, a single file, or objects: s3://bucket/prefix'),
    match: optional(
      patterns,
      'Patterns that paths below the folder must fit; without any, all files that are pictures, whatever they are called',
    ),
    links: defaulted(
      oneOf('skip', 'follow'),
      'skip',
      'Links to files: leave them out, or follow those that lead to a file within the folder',
    ),
    shuffle: defaulted(boolean, false, 'In a random order, another one every time round'),
    repeat: defaulted(boolean, false, 'Start again at the end, for ever'),
    split: optional(
      record(
        {
          every: required(
            integer({ min: 0 }),
            'Of so many files one is kept apart, chosen by its content: always the same ones; 0 for none',
          ),
          give: defaulted(
            oneOf('training', 'validation'),
            'training',
            'Which are given: those to learn from, or those that are kept apart',
          ),
          by: optional(
            path('input'),
            'Folder whose file of the same name decides, where two folders hold the same photos before and after',
          ),
        },
        'every',
      ),
      'Keep some files apart from training, to judge by them what was learned',
    ),
  },
  main: 'in',
  input: none,
  output: file,
  objects: true,
  complaint: ({ in: place, split }) => {
    const isOfObjects = isObjectUrl(place) || (split?.by !== undefined && isObjectUrl(split.by));
    return split !== undefined && isOfObjects
      ? 'cannot `split` objects, whose contents it would have to fetch first: name a prefix of those that are kept apart'
      : objectsFault(place);
  },
  random: ({ shuffle }) => shuffle,
  endless: ({ repeat }) => repeat,
  source: (params, context) =>
    fromAsyncIterable((signal) =>
      isObjectUrl(params.in) ? objectRounds(params, context, signal) : rounds(params, context, signal),
    ),
});

interface Params {
  readonly in: string;
  readonly match: readonly string[] | undefined;
  readonly links: 'skip' | 'follow';
  readonly shuffle: boolean;
  readonly repeat: boolean;
  readonly split: Split | undefined;
}

async function* rounds(
  params: Params,
  context: OpContext,
  signal: AbortSignal,
): AsyncGenerator<Outcome<FileRef>> {
  const {
    folder,
    paths: all,
    unreadable,
    leftOut,
  } = await listFiles(params.in, params.match, signal, params.links);
  const paths = params.split === undefined ? all : await partOf({ folder, paths: all }, params.split, signal);
  const folderKey = (path: string): ItemKey => ({ path: path || '.', index: 0, epoch: 0 });
  if (leftOut !== undefined) context.warn(folderKey(''), leftOut)();
  for (const { path, fault } of unreadable)
    yield E.left({ key: folderKey(path), operator: context.path, diagnostics: [fault] });
  for (let epoch = 0; paths.length > 0 && (epoch === 0 || params.repeat); epoch++) {
    const order = params.shuffle ? shuffled(paths, epoch, context) : paths;
    for (const [index, path] of order.entries())
      yield E.right({ key: { path, index, epoch }, value: { path: join(folder, path) } });
  }
}

/** The same of objects. In their own order no more than a page of them is kept. */
async function* objectRounds(
  { in: place, match, shuffle, repeat }: Params,
  context: OpContext,
  signal: AbortSignal,
): AsyncGenerator<Outcome<FileRef>> {
  for (let epoch = 0; epoch === 0 || repeat; epoch++) {
    const tell = (leftOut: Diagnostic): void => {
      if (epoch === 0) context.warn({ path: '.', index: 0, epoch: 0 }, leftOut)();
    };
    let index = 0;
    const listed = objectRefs(place, match, tell, signal);
    for await (const { path, value } of shuffle ? mixed(listed, epoch, context) : listed)
      yield E.right({ key: { path, index: index++, epoch }, value });
    if (index === 0) return;
  }
}

/** All of them in another order. */
async function* mixed(
  listed: ReturnType<typeof objectRefs>,
  epoch: number,
  context: OpContext,
): AsyncGenerator<{ readonly path: string; readonly value: FileRef }> {
  const all = new Map<string, FileRef>();
  for await (const { path, value } of listed) all.set(path, value);
  for (const path of shuffled([...all.keys()], epoch, context)) {
    const value = all.get(path);
    if (value !== undefined) yield { path, value };
  }
}

/** A permutation that is a pure function of seed and epoch: every path gets a random number, and they are sorted. */
const shuffled = (paths: readonly string[], epoch: number, { random }: OpContext): readonly string[] =>
  paths
    .map((path, index) => ({ path, place: random({ path, index, epoch }).uniform('order') }))
    .sort((a, b) => a.place - b.place)
    .map(({ path }) => path);
