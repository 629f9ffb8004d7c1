import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { OpContext } from '../../operator/behaviour.js';
import { defineOp } from '../../operator/define.js';
import { boolean, defaulted, optional, path, patterns, required } from '../../operator/params/index.js';
import { type FileRef, file, type ItemKey, none, type Outcome } from '../../ports/index.js';
import { fromAsyncIterable } from '../../streams/index.js';
import { listFiles } from './list.js';

/** Gives the files of a folder, in the order of their paths. */
export const files = defineOp({
  name: 'files',
  about: 'Give the files of a folder',
  params: {
    in: required(path('input'), 'A folder, or a single file'),
    match: optional(
      patterns,
      'Patterns that paths below the folder must fit; without any, all files that are pictures, whatever they are called',
    ),
    shuffle: defaulted(boolean, false, 'In a random order, another one every time round'),
    repeat: defaulted(boolean, false, 'Start again at the end, for ever'),
  },
  main: 'in',
  input: none,
  output: file,
  random: ({ shuffle }) => shuffle,
  endless: ({ repeat }) => repeat,
  source: (params, context) => fromAsyncIterable((signal) => rounds(params, context, signal)),
});

interface Params {
  readonly in: string;
  readonly match: readonly string[] | undefined;
  readonly shuffle: boolean;
  readonly repeat: boolean;
}

async function* rounds(
  params: Params,
  context: OpContext,
  signal: AbortSignal,
): AsyncGenerator<Outcome<FileRef>> {
  const { folder, paths, unreadable, leftOut } = await listFiles(params.in, params.match, signal);
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

/** A permutation that is a pure function of seed and epoch: every path gets a random number, and they are sorted. */
const shuffled = (paths: readonly string[], epoch: number, { random }: OpContext): readonly string[] =>
  paths
    .map((path, index) => ({ path, place: random({ path, index, epoch }).uniform('order') }))
    .sort((a, b) => a.place - b.place)
    .map(({ path }) => path);
