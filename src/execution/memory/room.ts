import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { bytesOf, type Extent, extentOf, pixelsOf } from '../../image/decoding/extent.js';
import { LEAST_MEMORY } from '../../image/limits.js';
import { memoryRefusal } from '../../image/memory.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { type LanePart, nodesOfPart } from '../../pipelines/plan/stages.js';
import { type Item, type ItemFailure, travelsOn } from '../../ports/index.js';
import { type Budget, createBudget, type Release } from '../../streams/index.js';
import { contextOf, type RunContext } from '../context.js';
import { type Foretold, type Need, needOf, type Start } from '../plan/need.js';
import type { Resources } from '../resources.js';
import { collect } from './collect.js';
import { framesIn, isResident } from './residents.js';

/** Bytes of memory that work on photos may take in a run, all of them together. */
export const memoryLimit = ({ memory }: Pick<RunContext, 'memory'>): number => Math.max(memory, LEAST_MEMORY);

/** The refusal of a file that has more bytes than a run has memory for: it need not be read to know. */
export const fileRefusal = (
  run: Pick<RunContext, 'memory'>,
  name: string,
  size: number,
): Diagnostics | undefined => {
  const limit = memoryLimit(run);
  return size <= limit ? undefined : memoryRefusal(name, 'its file', size, limit);
};

/** The memory of a run, of which every lane takes what a photo needs before it begins with it. */
export const createMemory = (run: Pick<RunContext, 'memory'>): Budget => createBudget(memoryLimit(run));

/**
 * Lets an item begin when there is memory for all that a lane does to it, and refuses one for which there never is. Nobody holds
 * memory while they wait for more, so nobody waits for ever. Errors: `image/memory-limit`, `run/cancelled`.
 */
export type Room = (item: Item<unknown>, signal: AbortSignal) => Promise<E.Either<ItemFailure, Entered>>;

/** Memory that was taken for an item, and how it is given back. */
export interface Entered {
  readonly bytes: number;
  readonly release: Release;
}

const nothing: Entered = { bytes: 0, release: () => undefined };

/** @param stopped is the failure of an item whose run was stopped while it waited */
export const roomFor = (
  parts: readonly LanePart[],
  run: RunContext,
  resources: Resources,
  stopped: (item: Item<unknown>, path: string) => ItemFailure,
): Room => {
  const memory = run.room ?? createMemory(run);
  const foretold = foretelling(run, resources);
  const first = parts[0] && nodesOfPart(parts[0])[0];
  return async (item, signal) => {
    if (first === undefined) return E.right(nothing);
    const refused = (need: Pick<Need, 'bytes' | 'at'>): E.Either<ItemFailure, Entered> =>
      E.left({
        key: item.key,
        operator: first.path,
        diagnostics: memoryRefusal(item.key.path, need.at, need.bytes, memory.total),
      });
    const start = await startOf(item, first, memory, signal);
    if (start === 'stopped') return E.left(stopped(item, first.path));
    if (start === undefined) return E.right(nothing);
    if (typeof start === 'number') return refused({ bytes: start, at: 'its file' });
    const need = await needOf(parts, run.laws ? asFloats(start) : start, foretold);
    if (need.bytes > memory.total) return refused({ bytes: need.bytes, at: `\`${need.at}\`` });
    const release = await takePatiently(memory, need.bytes - start.counted, signal, run.stalled);
    if (release === 'stopped') return E.left(stopped(item, first.path));
    if (release === 'stalled')
      return refused({
        bytes: need.bytes + memory.held() - start.counted,
        at: 'it, beside photos that wait for it',
      });
    return E.right({ bytes: need.bytes, release });
  };
};

/** How long pictures that wait may keep all memory while nothing is given back, before a photo is refused for it. */
const STALLED_MS = 60_000;

/**
 * Takes memory, and waits for it. Pictures between stages are seen to be gone only when they are cleared away, so that is done
 * meanwhile. Where they are what is waited for, and wait themselves for this very photo, as a batch does for its last one, it is
 * `stalled`.
 */
const takePatiently = async (
  memory: Budget,
  bytes: number,
  signal: AbortSignal,
  patience = STALLED_MS,
): Promise<Release | 'stopped' | 'stalled'> => {
  const stalled = new AbortController();
  let [given, since, pause] = [memory.given(), performance.now(), 20];
  const look = (): void => {
    if (memory.held() > 0) collect();
    const isIdle = memory.total - memory.free() <= memory.held();
    if (memory.given() !== given || !isIdle) [given, since] = [memory.given(), performance.now()];
    if (performance.now() - since > patience) stalled.abort();
    pause = Math.min(1000, 2 * pause);
    timer = setTimeout(look, pause);
  };
  let timer = setTimeout(look, pause);
  try {
    const release = await memory.take(bytes, AbortSignal.any([signal, stalled.signal]));
    return release ?? (signal.aborted ? 'stopped' : 'stalled');
  } finally {
    clearTimeout(timer);
  }
};

/** What an item begins with, and how much of what it holds is counted already. */
interface Begin extends Start {
  readonly counted: number;
}

/** Operators are held to their laws on floats. */
const asFloats = (begin: Begin): Begin => ({
  ...begin,
  picture: { ...begin.picture, depth: 'float32', untouched: false },
});

/**
 * What is known of an item: of a file by its header, which is read with memory taken for it; of pictures by themselves; undefined
 * where there is no picture. A number of bytes where the file alone is too large.
 */
const startOf = async (
  { key, value }: Item<unknown>,
  first: GraphNode,
  memory: Budget,
  signal: AbortSignal,
): Promise<Begin | number | 'stopped' | undefined> => {
  if (first.input.kind !== 'file') {
    const frames = framesIn(value);
    const [one] = frames;
    if (one === undefined) return undefined;
    const extents = frames.map(extentOf);
    const largest = extents.reduce((a, b) => (pixelsOf(b) > pixelsOf(a) ? b : a));
    const held = extents.reduce((sum, each) => sum + bytesOf(each), 0);
    const counted = frames.filter(isResident).reduce((sum, frame) => sum + bytesOf(extentOf(frame)), 0);
    return { picture: largest, held, counted };
  }
  if (!travelsOn({ kind: 'file' }, value)) return undefined;
  const { path } = value as { readonly path: string };
  const size = await stat(path).then(
    (stats) => (stats.isFile() ? stats.size : 0),
    () => 0,
  );
  if (size > memory.total) return size;
  const release = await memory.take(size, signal);
  if (release === undefined) return 'stopped';
  try {
    const { surveyed } = await import('../../image/index.js');
    const found = await surveyed({ path, name: key.path }, size)();
    // What cannot be read says so when it is decoded.
    return E.isLeft(found) ? undefined : { picture: found.right, held: 0, counted: 0 };
  } finally {
    release();
  }
};

/** What an operator estimates itself, such as an ensemble whose tiles depend on the memory that it may take. */
const foretoldBy = async (
  { operator: { behaviour }, path, params }: GraphNode,
  picture: Extent,
  run: RunContext,
  resources: Resources,
): Promise<number | undefined> => {
  if (behaviour.kind !== 'map' || behaviour.estimate === undefined) return undefined;
  const ask = behaviour.estimate(params, contextOf(run, path), resources.get(path));
  const work = await ask(picture, undefined)();
  return E.isLeft(work) ? undefined : work.right.bytes;
};

/** Sizes of pictures that answers are kept for. */
const MOST_KEPT = 256;

/** Asks operators for their estimates, and remembers it. */
export const foretelling = (run: RunContext, resources: Resources): Foretold => {
  const known = new Map<string, Promise<number | undefined>>();
  return (node, picture) => {
    const { width, height, channels, depth } = picture;
    const key = `${node.path} ${width}x${height}x${channels} ${depth}`;
    const answer = known.get(key) ?? foretoldBy(node, picture, run, resources);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(key, answer);
    return answer;
  };
};
