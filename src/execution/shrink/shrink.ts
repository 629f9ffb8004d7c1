import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Code, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Region } from '../../image/samples/window.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { requireLoaded } from '../../pipelines/check/loaded.js';
import { bulkOf, type LanePart, nodesOfPart, stagesOf } from '../../pipelines/plan/stages.js';
import type { Frame, ItemFailure } from '../../ports/index.js';
import { USUAL_ENGINE } from '../../tensor/engines.js';
import { defaultContext, type RunContext } from '../context.js';
import { editItemOn, withRuntime } from '../lane/open-lane.js';
import { apart } from '../lane/run-time-laws.js';
import type { LazyRuntime } from '../tensors/tensor-runtime.js';
import { plainerNodes, smallerRegions } from './smaller.js';

/** The smallest case that was found. */
export interface Shrunk {
  readonly graph: Graph;
  /** The cut-out. */
  readonly frame: Frame;
  /** Where it was in the photo. */
  readonly region: Region;
  /** Operators from the picture to the one that fails. */
  readonly nodes: readonly GraphNode[];
  /** What it fails at. */
  readonly failure: ItemFailure;
  /** Whether it is a law that is broken, which is looked for only when asked. */
  readonly laws: boolean;
  /** How often the pipeline was tried. */
  readonly tries: number;
}

/** What a failure is known by: others that come up on the way are other failures. */
interface Sign {
  readonly operator: string;
  readonly code: Code;
}

const signOf = ({ operator, diagnostics: [{ code }] }: ItemFailure): Sign => ({ operator, code });

/** A case: what is cut out of the photo, and what is done to it. */
interface Case {
  readonly region: Region;
  readonly parts: readonly LanePart[];
}

/** Tries at most; each is one run of the operators on a small picture. */
const MOST_TRIES = 400;

/**
 * Finds the smallest part of a photo, and the fewest and plainest operators before the one that fails, with which it still
 * fails in the same way: it throws, gives an error, or, where none does, breaks a law (see `brokenLaw`).
 * Greedy: it ends when no single step makes the case smaller.
 * Errors: `shrink/unreadable`, `shrink/nothing`, `watch/not-live` for a pipeline that does not work photo by photo.
 */
export const shrink = (
  graph: Graph,
  file: string,
  engine = USUAL_ENGINE,
  timeout?: number,
): TE.TaskEither<Diagnostics, Shrunk> =>
  pipe(
    TE.fromEither(requireLoaded(graph)),
    TE.chain(() =>
      withRuntime(contextFor(graph, { engine, timeout }, false), (runtime) =>
        shrinkOn(graph, file, { engine, timeout }, runtime),
      ),
    ),
  );

/** How each try is run. */
interface Settings {
  readonly engine: string;
  /** Seconds that one may take; by the photo's size where it is not said. */
  readonly timeout: number | undefined;
}

const shrinkOn = (
  graph: Graph,
  file: string,
  settings: Settings,
  runtime: LazyRuntime,
): TE.TaskEither<Diagnostics, Shrunk> => {
  const key = { path: basename(file), index: 0, epoch: 0 };
  return pipe(
    TE.fromEither(splitParts(graph)),
    TE.bindTo('split'),
    TE.bind('frame', ({ split }) =>
      pipe(
        editItemOn(
          {
            parts: split.reading,
            run: contextFor(graph, settings, false),
            item: { key, value: { path: file } },
          },
          runtime,
        ),
        TE.chainEitherK((made) =>
          E.isRight(made)
            ? E.right(made.right as Frame)
            : E.left<Diagnostics>([failure('shrink/unreadable', made.left.diagnostics[0].message)]),
        ),
      ),
    ),
    TE.chain(({ split, frame }) => async () => {
      const whole: Region = { left: 0, top: 0, width: frame.width, height: frame.height };
      for (const laws of [false, true]) {
        const run = contextFor(graph, settings, laws);
        let tries = 0;
        const attempt = async ({ region, parts }: Case): Promise<ItemFailure | undefined> => {
          tries++;
          const value = await cutOf(frame, region);
          const made = await editItemOn({ parts, run, item: { key, value } }, runtime)();
          if (E.isLeft(made)) return undefined;
          return E.isLeft(made.right) ? made.right.left : undefined;
        };
        const first = await attempt({ region: whole, parts: split.working });
        if (first === undefined) continue;
        const sign = signOf(first);
        const shows = async (given: Case): Promise<boolean> => {
          if (tries >= MOST_TRIES) return false;
          const found = await attempt(given);
          return found !== undefined && found.operator === sign.operator && signOf(found).code === sign.code;
        };
        const smallest = await smallestOf(
          { region: whole, parts: upTo(split.working, sign.operator) },
          shows,
        );
        const last = (await attempt(smallest)) ?? first;
        return E.right({
          graph,
          frame: await cutOf(frame, smallest.region),
          region: smallest.region,
          nodes: smallest.parts.flatMap(nodesOfPart),
          failure: last,
          laws,
          tries,
        });
      }
      return E.left([
        failure('shrink/nothing', `No operator of \`${graph.name}\` fails on ${key.path}, nor breaks a law.`),
      ]);
    }),
  );
};

interface Split {
  /** From the file to its picture. */
  readonly reading: readonly LanePart[];
  /** What is done to the picture, one operator a part, without writing. */
  readonly working: readonly LanePart[];
}

const splitParts = (graph: Graph): E.Either<Diagnostics, Split> => {
  const bulk = bulkOf(stagesOf(graph));
  const parts = apart(bulk?.lane.parts ?? []).filter((part) => nodesOfPart(part)[0] !== bulk?.sink);
  const first = parts.findIndex((part) => nodesOfPart(part)[0]?.output.kind === 'frame');
  return bulk === undefined || first < 0
    ? E.left([failure('watch/not-live', `\`${graph.name}\` does not turn each photo into one.`)])
    : E.right({ reading: parts.slice(0, first + 1), working: parts.slice(first + 1) });
};

const contextFor = ({ seed }: Graph, { engine, timeout }: Settings, laws: boolean): RunContext => ({
  ...defaultContext(seed),
  engine,
  ...(timeout === undefined ? {} : { timeout: 1000 * timeout }),
  laws,
});

const cutOf = async (frame: Frame, region: Region): Promise<Frame> => {
  const { cutOut } = await import('../../image/index.js');
  return cutOut(frame, region, 'edge');
};

const upTo = (parts: readonly LanePart[], path: string): readonly LanePart[] =>
  parts.slice(0, parts.findIndex((part) => nodesOfPart(part).some((node) => node.path === path)) + 1);

/** Makes a case smaller in every way, until none works any more. */
const smallestOf = async (start: Case, shows: (given: Case) => Promise<boolean>): Promise<Case> => {
  let [best, isSmaller] = [start, true];
  while (isSmaller) {
    isSmaller = false;
    for (const next of smallerCases(best))
      if (await shows(next)) {
        [best, isSmaller] = [next, true];
        break;
      }
  }
  return best;
};

/** Cases that are one step smaller: the region first, since all else is quicker on a small one. */
const smallerCases = ({ region, parts }: Case): readonly Case[] => [
  ...smallerRegions(region).map((smaller) => ({ region: smaller, parts })),
  // Any operator but the last that gives what it takes can be left out.
  ...parts.slice(0, -1).flatMap((part, i) => {
    const [node] = nodesOfPart(part);
    return node?.output.kind === 'frame' ? [{ region, parts: parts.filter((_, j) => j !== i) }] : [];
  }),
  ...parts.flatMap((part, i) => {
    const [node] = nodesOfPart(part);
    return (node === undefined ? [] : plainerNodes(node)).map((plainer) => ({
      region,
      parts: parts.map((each, j) => (j === i ? withNode(part, plainer) : each)),
    }));
  }),
];

const withNode = (part: LanePart, node: GraphNode): LanePart =>
  part.kind === 'map'
    ? { ...part, node }
    : { kind: 'tensor', members: [{ node, tensor: part.members[0].tensor }] };
