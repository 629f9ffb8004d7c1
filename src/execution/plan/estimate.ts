import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { BehaviourOf, WorkEstimate } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { nodesOf } from '../../pipelines/plan/stages.js';
import type { FileRef, Frame, Item, PictureShape } from '../../ports/index.js';
import { contextOf, type RunContext } from '../context.js';
import { foretelling, memoryLimit } from '../memory/room.js';
import { openResources } from '../resources.js';
import { type Foretold, type Need, needInPlan } from './need.js';
import { estimate, type Plan } from './plan.js';

/** How photos of one size would be worked on by an operator. */
export interface SizeEstimate {
  readonly node: GraphNode;
  /** The photos' size, and how many are looked at that have it. */
  readonly width: number;
  readonly height: number;
  readonly photos: number;
  readonly work: WorkEstimate;
}

interface Alike {
  readonly items: readonly [Item<FileRef>, ...Item<FileRef>[]];
  readonly width: number;
  readonly height: number;
}

/** Photos by size, those of most photos first; what cannot be read is left out. */
const bySize = async (items: readonly Item<FileRef>[]): Promise<readonly Alike[]> => {
  const { sizeOf } = await import('../../image/decoding/size.js');
  const groups = new Map<string, Alike>();
  for (const item of items) {
    const size = await sizeOf(item.value.path);
    if (size === undefined) continue;
    const key = `${size.width}x${size.height}`;
    const known = groups.get(key);
    groups.set(key, { ...size, items: known === undefined ? [item] : [...known.items, item] });
  }
  return [...groups.values()].sort((a, b) => b.items.length - a.items.length);
};

/** Sizes that are looked at more closely: for each a photo is decoded. */
const SIZES = 4;

const estimatorOf = ({ operator: { behaviour } }: GraphNode): BehaviourOf<'map'>['estimate'] =>
  behaviour.kind === 'map' ? behaviour.estimate : undefined;

/** A photo that would be refused, since it needs more memory than is allowed. */
export interface TooLarge {
  readonly path: string;
  readonly need: Need;
}

/** What is known of the photos that are to be done. */
export interface Outlook {
  readonly estimates: readonly SizeEstimate[];
  /** What the first of them needs, which stands for the others. */
  readonly first: Need | undefined;
  readonly tooLarge: readonly TooLarge[];
}

/** Bytes a pixel that no operator takes; where they would fit nothing is refused, and no header need be read. */
const MOST_PER_PIXEL = 400;

/**
 * How the photos that are to be done would be worked on, by size and operator: those of the commonest sizes of the first few
 * hundred. One of each size is decoded where an operator looks at it, since a panorama is told by its pixels. Errors: those of
 * opening what operators need.
 */
export const estimateWork = async (plan: Plan, run: RunContext): Promise<E.Either<Diagnostics, Outlook>> => {
  const nodes = plan.stages.flatMap(nodesOf).filter((node) => estimatorOf(node) !== undefined);
  const photos = plan.bulk?.next ?? [];
  if (photos.length === 0) return E.right({ estimates: [], first: undefined, tooLarge: [] });
  const resources = await openResources(nodes, run)();
  if (E.isLeft(resources)) return resources;
  try {
    const sizes = await bySize(photos);
    const foretold = foretelling(run, resources.right);
    const found: SizeEstimate[] = [];
    for (const { items, ...alike } of nodes.length === 0 ? [] : sizes.slice(0, SIZES)) {
      const frame = await decoded(items[0], run);
      if (frame === undefined) continue;
      for (const node of nodes) {
        const work = await estimateBy(plan, node, run, resources.right.get(node.path), frame);
        if (E.isRight(work)) found.push({ node, ...alike, photos: items.length, work: work.right });
      }
    }
    const limit = memoryLimit(run);
    const tooLarge: TooLarge[] = [];
    for (const { items, width, height } of sizes) {
      if (width * height * MOST_PER_PIXEL < limit && nodes.length === 0) continue;
      for (const item of items) {
        const need = await needFor(plan, item, foretold, limit);
        if (need !== undefined && need.bytes > limit) tooLarge.push({ path: item.key.path, need });
      }
    }
    const [first] = photos;
    const need = first && (await needFor(plan, first, foretold, limit));
    return E.right({ estimates: found, first: need, tooLarge });
  } finally {
    await resources.right.close();
  }
};

/** What a photo needs by its header; undefined where that cannot be read. */
const needFor = async (
  { stages }: Plan,
  { value }: Item<FileRef>,
  foretold: Foretold,
  limit: number,
): Promise<Need | undefined> => {
  const { surveyed } = await import('../../image/index.js');
  const photo = await surveyed(value, limit)();
  return E.isLeft(photo) ? undefined : needInPlan(stages, photo.right, foretold);
};

const decoded = async ({ value }: Item<FileRef>, run: RunContext): Promise<Frame | undefined> => {
  const { decode } = await import('../../image/index.js');
  const result = await decode(value, { maxMemory: memoryLimit(run) })();
  return E.isLeft(result) ? undefined : result.right.frame;
};

/** A photo's work by an operator, given what those before it make of its size. */
const estimateBy = (
  plan: Plan,
  node: GraphNode,
  run: RunContext,
  resource: unknown,
  photo: Frame,
): Promise<E.Either<Diagnostics, WorkEstimate>> => {
  const { width, height, channels } = photo;
  const own: PictureShape = { width, height, channels };
  const before = Object.values(node.reads)[0];
  const given = estimate(plan, own).find((each) => each.node.path === before)?.shape ?? own;
  // Pixels tell something of a picture only as long as they are its own.
  const same = given.width === width && given.height === height;
  const ask = estimatorOf(node)!;
  return ask(node.params, contextOf(run, node.path), resource)(given, same ? photo : undefined)();
};
