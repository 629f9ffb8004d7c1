import { basename, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import { writeAtomically } from '../disk/write.js';
import type { Notes } from '../operator/behaviour.js';
import type { Graph } from '../pipelines/check/graph.js';
import { analysePipeline, type Pipeline } from '../pipelines/code.js';
import { definedOnly } from '../ports/defined.js';
import type { Encoded, FileRef, ItemKey, Json } from '../ports/index.js';
import { USUAL_ENGINE } from '../tensor/engines.js';
import type { Engine } from '../tensor/run/engine.js';
import { defaultContext, type RunContext } from './context.js';
import { type EditPlan, editPlanOf } from './editing/edit-plan.js';
import { type EditRecord, receiptsOf } from './editing/edit-receipt.js';
import { type OpenEdit, openEdit } from './editing/open-edit.js';
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
  /**
   * Is told of each operator when it begins with the photo, as in `steps[2]/resize`, and how many milliseconds the photo may take,
   * as far as its size is known.
   */
  readonly progress?: (operator: string, allowed: number) => void;
}

/** An edited photo. */
export interface Edited extends Encoded {
  /** What is to be known of it, such as metadata that the format cannot hold. */
  readonly warnings: readonly Diagnostic[];
  /** Facts that operators noted about it, by their place in the pipeline. */
  readonly notes: Readonly<Record<string, Notes>>;
  /** How it was made, as a run of the pipeline records it; null where the photo's file could not be read again. */
  readonly receipt: Json;
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
  (options: SessionOptions = {}): TE.TaskEither<Diagnostics, Session> =>
    pipe(
      TE.fromEither('nodes' in pipeline ? E.right(pipeline) : analysePipeline(pipeline)),
      TE.chainEitherK(editPlanOf),
      TE.chain((plan) => openSession(plan, options)),
    );

/** What sessions of one process share beside their options. */
export type Shared = Pick<RunContext, 'room' | 'timeout' | 'jobs'>;

/** Opens a plan: see `open`. */
export const openSession = (
  plan: EditPlan,
  { engine = USUAL_ENGINE, memory, certify }: SessionOptions = {},
  shared: Partial<Shared> = {},
): TE.TaskEither<Diagnostics, Session> =>
  pipe(
    TE.fromEither(readEngine(engine)),
    TE.chain((source) => {
      let used: string | undefined;
      const runtime = tensorRuntime(source, (name) => () => {
        used = name;
      });
      const edits = new Map<ItemKey, Listener>();
      const usual = defaultContext(plan.graph.seed);
      const run: RunContext = {
        ...usual,
        ...engineSettings(engine),
        ...definedOnly({ memory, certify }),
        ...shared,
        warn: (key, warning) => () => void edits.get(key)?.warnings.push(warning),
        noted: (key, operator, facts) => edits.get(key)?.record.notes.note(key, operator, facts) ?? nothing,
        entering: async (operator, key) => edits.get(key)?.entering(operator),
        busy: (key, milliseconds) => edits.get(key)?.busy(milliseconds) ?? nothing,
        // Only a pipeline whose runs keep records puts a receipt into its files.
        receipt: (key) => () => (plan.isRecorded ? edits.get(key)?.record.receipt() : undefined),
      };
      return pipe(
        receiptsOf(plan, run, () => used),
        TE.bindTo('record'),
        TE.bind('opened', () => openEdit(plan, run, runtime)),
        TE.orElseFirstTaskK(() => runtime.close),
        TE.map(({ record, opened }) => sessionOn({ opened, runtime, edits, record })),
      );
    }),
  );

const nothing = (): void => undefined;

/** What is said of one edit. */
interface Listener {
  readonly warnings: Diagnostic[];
  readonly record: EditRecord;
  readonly entering: (operator: string) => void;
  readonly busy: (milliseconds: () => number) => () => void;
}

/** What a session works with. */
interface Site {
  readonly opened: OpenEdit;
  readonly runtime: LazyRuntime;
  readonly edits: Map<ItemKey, Listener>;
  readonly record: (key: ItemKey, photo: FileRef) => Promise<EditRecord>;
}

const sessionOn = ({ opened, runtime, edits, record: begin }: Site): Session => {
  const closing = new AbortController();
  const edit: Session['edit'] =
    (photo, { name, index = 0, to, signal, progress } = {}) =>
    async () => {
      const value: FileRef =
        typeof photo === 'string' ? { path: resolve(photo) } : { path: name ?? 'photo', bytes: photo };
      const key: ItemKey = { path: name ?? basename(value.path), index, epoch: 0 };
      const warnings: Diagnostic[] = [];
      const record = await begin(key, value);
      let allowed = (): number => Number.POSITIVE_INFINITY;
      edits.set(key, {
        warnings,
        record,
        entering: (operator) => progress?.(operator, allowed()),
        busy: (milliseconds) => {
          allowed = milliseconds;
          return nothing;
        },
      });
      try {
        const either = AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]);
        const made = await opened.work({ key, value }, either);
        if (E.isLeft(made)) return E.left(made.left.diagnostics);
        // What travels on a port was checked when it came out of its operator.
        const encoded = made.right as Encoded;
        if (to !== undefined) {
          const written = await writeAtomically(to, encoded.bytes)();
          if (E.isLeft(written)) return written;
        }
        const { notes = {} } = record.notes.read(key) ?? {};
        return E.right({ ...encoded, warnings, notes, receipt: record.receipt() ?? null });
      } finally {
        edits.delete(key);
      }
    };
  return {
    edit,
    close: async () => {
      closing.abort();
      await opened.close();
      await runtime.close();
    },
  };
};
