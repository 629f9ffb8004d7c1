import { basename, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../diagnostics/index.js';
import { writeAtomically } from '../disk/write.js';
import type { Notes } from '../operator/behaviour.js';
import type { Graph } from '../pipelines/check/graph.js';
import { analysePipeline, type Pipeline } from '../pipelines/code.js';
import { type LanePart, stagesOf } from '../pipelines/plan/stages.js';
import type { Encoded, FileRef, ItemKey } from '../ports/index.js';
import { USUAL_ENGINE } from '../tensor/engines.js';
import type { Engine } from '../tensor/run/engine.js';
import { defaultContext, type RunContext } from './context.js';
import { type OpenLane, openLane } from './lane/open-lane.js';
import { engineSettings, readEngine } from './tensors/engine-choice.js';
import { type LazyRuntime, tensorRuntime } from './tensors/tensor-runtime.js';

/** How to keep a session. */
export interface SessionOptions {
  /**
   * Where tensor work runs: an engine by its name, or one that is open, as `createEngine` of prismflow/tensor gives it, which is
   * not closed with the session. Default: `cpu`.
   */
  readonly engine?: string | Engine;
  /** Bytes that the work on one photo may take. Default: half of what is free. */
  readonly memory?: number;
  /** Whether seams of tiles and panoramas are checked in every photo. Default: false. */
  readonly certify?: boolean;
}

/** How to edit one photo. */
export interface EditOptions {
  /** What messages and receipts call the photo. Default: its file's name; of bytes, `photo`. */
  readonly name?: string;
  /** The photo's number, on which random choices depend. Default: 0. */
  readonly index?: number;
  /** A path to which the result is written, whole or not at all. Default: it is given as bytes alone. */
  readonly to?: string;
  /** Stops the edit when it aborts. */
  readonly signal?: AbortSignal;
  /** Is told of each operator when it begins with the photo, as in `steps[2]/resize`. */
  readonly progress?: (operator: string) => void;
}

/** An edited photo. */
export interface Edited extends Encoded {
  /** What is to be known of it, such as metadata that the format cannot hold. */
  readonly warnings: readonly Diagnostic[];
  /** Facts that operators noted about it, by their place in the pipeline. */
  readonly notes: Readonly<Record<string, Notes>>;
}

/** A pipeline that is kept warm: models are read and graphs compiled once, for all photos. */
export interface Session {
  /**
   * Edits one photo, given as a path or as the bytes of a file. Several may be edited at once. Errors: those of the
   * pipeline's operators; `run/cancelled`; with `to`, those of writing.
   */
  readonly edit: (photo: string | Uint8Array, options?: EditOptions) => TE.TaskEither<Diagnostics, Edited>;
  /** Gives back what the session holds. Edits that are under way fail. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a pipeline, put together in code or analysed from a file, to edit photos one by one. Its source and `save` are
 * left out: the session is given photos and gives files. Errors: `run/not-an-edit` where it does not turn one photo into
 * one file, `run/unknown-engine`, `run/invalid-option`, and those of opening models.
 *
 * @example
 * const session = await open(pipeline(files('.'), decode(), resize({ longest: 1600 }), encode('jpeg')))()();
 * if (isRight(session)) {
 *   const edited = await session.right.edit(await readFile('lake.jpg'))();
 *   await session.right.close();
 * }
 */
export const open =
  (pipeline: Pipeline | Graph) =>
  ({ engine = USUAL_ENGINE, memory, certify }: SessionOptions = {}): TE.TaskEither<Diagnostics, Session> =>
    pipe(
      TE.Do,
      TE.bind('graph', () =>
        TE.fromEither('nodes' in pipeline ? E.right(pipeline) : analysePipeline(pipeline)),
      ),
      TE.bind('parts', ({ graph }) => TE.fromEither(editingParts(graph))),
      TE.bind('source', () => TE.fromEither(readEngine(engine))),
      TE.chain(({ graph, parts, source }) => {
        const runtime = tensorRuntime(source);
        const edits = new Map<ItemKey, Listener>();
        const usual = defaultContext(graph.seed);
        const run: RunContext = {
          ...usual,
          ...engineSettings(engine),
          ...(memory === undefined ? {} : { memory }),
          ...(certify === undefined ? {} : { certify }),
          warn: (key, warning) => () => void edits.get(key)?.warnings.push(warning),
          noted: (key, operator, facts) => () => edits.get(key)?.note(operator, facts),
          entering: async (operator, key) => edits.get(key)?.progress?.(operator),
        };
        return pipe(
          openLane(parts, run, runtime),
          TE.orElseFirstTaskK(() => runtime.close),
          TE.map((lane) => sessionOn(lane, runtime, edits)),
        );
      }),
    );

/** What is said of one edit. */
interface Listener {
  readonly warnings: Diagnostic[];
  readonly note: (operator: string, facts: Notes) => void;
  readonly progress: EditOptions['progress'];
}

const sessionOn = (lane: OpenLane, runtime: LazyRuntime, edits: Map<ItemKey, Listener>): Session => {
  const closing = new AbortController();
  const edit: Session['edit'] =
    (photo, { name, index = 0, to, signal, progress } = {}) =>
    async () => {
      const value: FileRef =
        typeof photo === 'string' ? { path: resolve(photo) } : { path: name ?? 'photo', bytes: photo };
      const key: ItemKey = { path: name ?? basename(value.path), index, epoch: 0 };
      const warnings: Diagnostic[] = [];
      let notes: Readonly<Record<string, Notes>> = {};
      const note = (operator: string, facts: Notes): void => {
        notes = { ...notes, [operator]: { ...notes[operator], ...facts } };
      };
      edits.set(key, { warnings, note, progress });
      try {
        const either = AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]);
        const made = await lane.work({ key, value }, either);
        if (E.isLeft(made)) return E.left(made.left.diagnostics);
        // What travels on a port was checked when it came out of its operator.
        const encoded = made.right as Encoded;
        if (to !== undefined) {
          const written = await writeAtomically(to, encoded.bytes)();
          if (E.isLeft(written)) return written;
        }
        return E.right({ ...encoded, warnings, notes });
      } finally {
        edits.delete(key);
      }
    };
  return {
    edit,
    close: async () => {
      closing.abort();
      await lane.close();
      await runtime.close();
    },
  };
};

/** What a pipeline does to a photo between its source and its sink. */
const editingParts = (graph: Graph): E.Either<Diagnostics, readonly LanePart[]> => {
  const [source, ...others] = stagesOf(graph);
  const lane = others.at(-1);
  const isOne = others.slice(0, -1).every(({ kind }) => kind === 'flow');
  if (source?.kind !== 'source' || source.node.output.kind !== 'file' || lane?.kind !== 'lane' || !isOne)
    return E.left([notAnEdit(graph)]);
  const parts = lane.parts.filter(
    (part) => part.kind !== 'map' || part.node.operator.facts.sink === undefined,
  );
  const last = parts.at(-1);
  return last?.kind === 'map' && last.node.output.kind === 'encoded'
    ? E.right(parts)
    : E.left([notAnEdit(graph)]);
};

const notAnEdit = ({ name }: Graph): Diagnostic =>
  failure(
    'run/not-an-edit',
    `\`${name}\` does not turn one photo into one file, so it cannot be kept as a session.`,
  );
