import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { MapBehaviour, WorkEstimate } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { nodesOf } from '../../pipelines/plan/stages.js';
import type { FileRef, Frame, Item, PictureShape } from '../../ports/index.js';
import { contextOf, type RunContext } from '../context.js';
import { openResources } from '../resources.js';
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
  readonly first: Item<FileRef>;
  readonly width: number;
  readonly height: number;
  readonly photos: number;
}

/** Photos by size, those of most photos first; what cannot be read is left out. */
const bySize = async (items: readonly Item<FileRef>[]): Promise<readonly Alike[]> => {
  const { sizeOf } = await import('../../image/decoding/size.js');
  const groups = new Map<string, Alike>();
  for (const item of items) {
    const size = await sizeOf(item.value.path);
    if (size === undefined) continue;
    const key = `${size.width}x${size.height}`;
    const known = groups.get(key) ?? { ...size, first: item, photos: 0 };
    groups.set(key, { ...known, photos: known.photos + 1 });
  }
  return [...groups.values()].sort((a, b) => b.photos - a.photos);
};

/** Sizes that are looked at more closely: for each a photo is decoded. */
const SIZES = 4;

type Estimating = Required<Pick<MapBehaviour<never, never, unknown, unknown>, 'estimate'>>;

const estimatorOf = ({ operator: { behaviour } }: GraphNode): Estimating | undefined =>
  'map' in behaviour && behaviour.estimate !== undefined ? (behaviour as unknown as Estimating) : undefined;

/**
 * How the photos that are to be done would be worked on, by size and operator: those of the commonest sizes of the first few
 * hundred. One of each size is decoded, since a panorama is told by its pixels. Errors: those of opening what operators need.
 */
export const estimateWork = async (
  plan: Plan,
  run: RunContext,
): Promise<E.Either<Diagnostics, readonly SizeEstimate[]>> => {
  const nodes = plan.stages.flatMap(nodesOf).filter((node) => estimatorOf(node) !== undefined);
  const photos = plan.bulk?.next ?? [];
  if (nodes.length === 0 || photos.length === 0) return E.right([]);
  const resources = await openResources(nodes, run)();
  if (E.isLeft(resources)) return resources;
  try {
    const found: SizeEstimate[] = [];
    for (const { first, ...alike } of (await bySize(photos)).slice(0, SIZES)) {
      const frame = await decoded(first);
      if (frame === undefined) continue;
      for (const node of nodes) {
        const work = await estimateBy(plan, node, run, resources.right.get(node.path), frame);
        if (E.isRight(work)) found.push({ node, ...alike, work: work.right });
      }
    }
    return E.right(found);
  } finally {
    await resources.right.close();
  }
};

const decoded = async ({ value }: Item<FileRef>): Promise<Frame | undefined> => {
  const { decode } = await import('../../image/index.js');
  const result = await decode(value)();
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
  const { estimate: ask } = estimatorOf(node)!;
  return ask(node.params as never, contextOf(run, node.path), resource)(given, same ? photo : undefined)();
};
