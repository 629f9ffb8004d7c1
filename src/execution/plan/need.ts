import * as E from 'fp-ts/lib/Either.js';
import { bytesOf, type Extent } from '../../image/decoding/extent.js';
import { floatsOf, memoryInStrips, memoryOf } from '../../operator/memory.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { type LanePart, nodesOf, nodesOfPart, type Stage } from '../../pipelines/plan/stages.js';
import type { PictureShape } from '../../ports/index.js';

/** What one photo needs on its way through a lane. */
export interface Need {
  /** The most bytes that are held for it at once. */
  readonly bytes: number;
  /** The operator, or the compiled group of them, that takes the most. */
  readonly at: string;
  /** What each operator takes, by path: of a compiled group, its first. */
  readonly parts: ReadonlyMap<string, number>;
}

/** What is known of an item before a lane begins with it. */
export interface Start {
  /** The picture that it is, or holds: the file's, before it is decoded. */
  readonly picture: Extent;
  /** Bytes that it holds already. */
  readonly held: number;
}

/** Bytes that an operator estimates for a picture, where it does; else undefined. */
export type Foretold = (node: GraphNode, picture: Extent) => Promise<number | undefined>;

/** The shape that an operator makes of a picture's; undefined where it refuses it. */
export const shapeAfter = (
  { operator, params }: GraphNode,
  shape: PictureShape,
): PictureShape | undefined => {
  const { behaviour, facts } = operator;
  const isTensor = behaviour.kind === 'tensor';
  const taken: PictureShape = isTensor && behaviour.tensor.channels === 3 ? { ...shape, channels: 3 } : shape;
  const change = isTensor ? behaviour.tensor.shape : facts.shape;
  if (change === undefined) return taken;
  const changed = change(params, taken);
  return E.isLeft(changed) ? undefined : changed.right;
};

/** What is known of a picture after an operator; undefined where it will be refused. */
const extentAfter = (node: GraphNode, picture: Extent): Extent | undefined => {
  // What decodes only reads.
  if (node.input.kind === 'file') return node.operator.facts.opens?.(node.params, picture) ?? picture;
  const { height, width, channels } = picture;
  const shape = shapeAfter(node, { height, width, channels });
  return shape && { ...picture, ...shape, untouched: false };
};

/** What an operator does: bytes beside what it is given, and the picture that it gives. */
interface Work {
  readonly bytes: number;
  readonly result: Extent;
}

const workOf = async (node: GraphNode, picture: Extent, foretold: Foretold): Promise<Work | undefined> => {
  const result = extentAfter(node, picture);
  if (result === undefined) return undefined;
  const known = await foretold(node, picture);
  const bytes =
    known === undefined
      ? memoryOf(node.operator, node.params, picture, result)
      : known + bytesOf(picture) + bytesOf(result);
  return { bytes: bytes + madeOnDemand(node, picture), result };
};

/** Bytes of samples in sRGB that an untouched photo has only from when an operator first asks for them. */
const madeOnDemand = ({ input, output }: GraphNode, picture: Extent): number => {
  const isAsked = input.kind !== 'file' && output.kind !== 'encoded';
  return isAsked && picture.untouched === true
    ? bytesOf({ ...picture, untouched: false }) - bytesOf(picture)
    : 0;
};

/** True for tensor operators that all work on pixels by themselves: their program runs strip by strip. */
const runsInStrips = (part: LanePart, picture: Extent): boolean =>
  part.kind === 'tensor' &&
  part.members.every(({ tensor, node }) => tensor.pointwise?.(node.params, picture) === true);

/**
 * One operator, or several tensor operators as one program: what the most demanding takes, and of several a picture of floats
 * that goes from one to the next.
 */
const partOf = async (part: LanePart, picture: Extent, foretold: Foretold): Promise<Work | undefined> => {
  const nodes = nodesOfPart(part);
  let [bytes, result] = [0, picture];
  for (const node of nodes) {
    const work = await workOf(node, result, foretold);
    if (work === undefined) return undefined;
    bytes = Math.max(bytes, work.bytes + (nodes.length > 1 ? floatsOf(result) : 0));
    result = work.result;
  }
  return { bytes: runsInStrips(part, picture) ? memoryInStrips(picture, result) : bytes, result };
};

/** Bytes that libraries and a receipt take for any photo, however small. */
const ANY_PHOTO = 16 * 2 ** 20;

/**
 * The most memory that one photo takes in a lane: of each operator what it is given, what it takes and what it gives. Where an
 * operator will refuse the picture, nothing after it counts.
 */
export const needOf = async (parts: readonly LanePart[], start: Start, foretold: Foretold): Promise<Need> => {
  const takes = new Map<string, number>();
  let { picture, held } = start;
  let most = { bytes: held, at: '' };
  for (const part of parts) {
    const nodes = nodesOfPart(part);
    const [first] = nodes;
    const last = nodes.at(-1);
    const work = await partOf(part, picture, foretold);
    if (work === undefined || first === undefined || last === undefined) break;
    takes.set(first.path, work.bytes);
    const bytes = held + work.bytes;
    if (bytes > most.bytes || most.at === '')
      most = { bytes, at: nodes.map(({ operator }) => operator.name).join(' + ') };
    picture = work.result;
    // What comes after a frame was counted where it was made: a file with all that is done to it, a figure with nothing.
    if (last.output.kind !== 'frame') break;
    held = bytesOf(picture);
  }
  return { ...most, bytes: most.bytes + ANY_PHOTO, parts: takes };
};

/**
 * The most memory that one photo takes in any lane of a plan: by what is known of its file, followed through the stages.
 *
 * @param photo what its header says
 */
export const needInPlan = async (
  stages: readonly Stage[],
  photo: Extent,
  foretold: Foretold,
): Promise<Need> => {
  const pictures = new Map<string, Extent>();
  let most: Need = { bytes: 0, at: '', parts: new Map() };
  for (const stage of stages) {
    const reads =
      stage.kind === 'join' ? Object.values(stage.reads)[0] : 'reads' in stage ? stage.reads : undefined;
    const before = reads === undefined ? undefined : pictures.get(reads);
    const picture = before ?? (nodesOf(stage)[0]?.input.kind === 'file' ? photo : undefined);
    if (picture === undefined) continue;
    if (stage.kind === 'lane') {
      const need = await needOf(stage.parts, { picture, held: before ? bytesOf(before) : 0 }, foretold);
      const parts = new Map([...most.parts, ...need.parts]);
      most = need.bytes > most.bytes ? { ...need, parts } : { ...most, parts };
    }
    const after = nodesOf(stage).reduce<Extent | undefined>(
      (given, node) => given && extentAfter(node, given),
      picture,
    );
    if (after !== undefined) pictures.set(stage.id, after);
  }
  return most;
};
