import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { ImageFormat } from '../../ports/index.js';
import { createDispatch, type DispatchState, type Load } from './dispatch.js';
import type { EditStep } from './edit-step.js';
import type { Catalogue } from './offers.js';
import type { Edited, Made, PhotoFacts, Previewed, Setup, Task } from './protocol.js';
import type { Priority } from './queue.js';
import { workOf, worksOf } from './work.js';

export type { Load } from './dispatch.js';
export type { EditStep } from './edit-step.js';
export type { PhotoFacts } from './protocol.js';

/** A photo to edit. */
export interface EditRequest {
  /** In this order: one decode, what all of them do, the last one's encode. */
  readonly edits: readonly [EditStep, ...EditStep[]];
  /** The photo's file. */
  readonly photo: string;
  /** What the photo is called; never used as a path. */
  readonly name: string;
  /** Where the result is written, whole or not at all. */
  readonly to: string;
  /** The photo's number among those that are edited together, on which random choices depend. Default: 0. */
  readonly index?: number;
  /** The format of the result. Default: that of the last edit. */
  readonly format?: ImageFormat;
  readonly priority: Priority;
  readonly signal?: AbortSignal;
}

/** How long something took, and how long it waited before, in milliseconds. */
export interface Timing {
  readonly milliseconds: number;
  readonly waited: number;
}

export interface EditResult extends Edited, Timing {}

/** A small edit, to look at. */
export interface PreviewRequest {
  /** In this order; without any, the photo itself. */
  readonly edits: readonly EditStep[];
  readonly photo: string;
  readonly name: string;
  /** The longest side, in pixels. */
  readonly size: number;
  /** What is given in the place of the edit: what lies over it to show where snapshots disagree, or where it is clipped. */
  readonly overlay?: 'trust' | 'clipping';
  /** A folder where small copies of this photo are kept, as long as it is there. Default: in memory alone. */
  readonly proxies?: string;
  readonly signal?: AbortSignal;
}

export interface PreviewResult extends Previewed, Timing {}

/** Edits photos in a process of its own, which is started again when it ends. */
export interface Editor {
  /** Errors: those of parameters, of decoding and of operators; `run/crashed`, `run/timed-out`, `run/cancelled`, `serve/…`. */
  readonly edit: (request: EditRequest) => TE.TaskEither<Diagnostics, EditResult>;
  readonly preview: (request: PreviewRequest) => TE.TaskEither<Diagnostics, PreviewResult>;
  /** What a photo is and carries; its small copies are made on the way. */
  readonly inspect: (
    photo: string,
    options?: { readonly name?: string; readonly proxies?: string; readonly signal?: AbortSignal },
  ) => TE.TaskEither<Diagnostics, PhotoFacts>;
  /** Checks edits without a photo: what would be refused. */
  readonly check: (edits: readonly EditStep[]) => TE.TaskEither<Diagnostics, void>;
  readonly load: () => Load;
  /** Whether the engine runs and the pipelines on offer are warm, or the process that edits does not start. */
  readonly state: () => DispatchState;
  /** Lets what is worked on end, for so many milliseconds at most; what waits fails with `serve/stopping`. Default: 20 seconds. */
  readonly close: (patience?: number) => Promise<void>;
}

/** How an editor works. */
export interface EditorOptions extends Setup {
  readonly catalogue: Catalogue;
  /** The folder that chains of edits are written for, as if they stood there. */
  readonly folder: string;
  /** Edits at once, beside previews. */
  readonly jobs: number;
}

/** Starts to edit: the process, its engine and the pipelines on offer are made ready meanwhile. */
export const createEditor = (options: EditorOptions): Editor => {
  const { catalogue, folder, jobs, ...setup } = options;
  const dispatch = createDispatch({ setup, jobs, warm: () => worksOf(catalogue) });
  const ask = <K extends Task['kind']>(
    task: Extract<Task, { readonly kind: K }>,
    priority: Priority,
    signal: AbortSignal | undefined,
  ): TE.TaskEither<Diagnostics, Made[K] & Timing> =>
    // The process answers each kind of task with what is made of that.
    dispatch.ask(task, priority, signal) as TE.TaskEither<Diagnostics, Made[K] & Timing>;
  return {
    edit: ({ edits, photo, name, to, index = 0, format, priority, signal }) =>
      pipe(
        workOf(catalogue, folder)(edits, format),
        TE.chain((work) => ask<'edit'>({ kind: 'edit', work, photo, name, to, index }, priority, signal)),
      ),
    preview: ({ edits, photo, name, size, overlay, proxies, signal }) =>
      pipe(
        TE.traverseSeqArray((edit: EditStep) => workOf(catalogue, folder)([edit], undefined))(edits),
        TE.chain((works) =>
          ask<'preview'>(
            {
              kind: 'preview',
              works,
              photo,
              name,
              size,
              ...definedOnly({ overlay, proxies }),
            },
            'preview',
            signal,
          ),
        ),
      ),
    inspect: (photo, { name = 'photo', proxies, signal } = {}) =>
      ask<'inspect'>({ kind: 'inspect', photo, name, ...definedOnly({ proxies }) }, 'preview', signal),
    check: (edits) =>
      TE.Monad.map(
        TE.traverseSeqArray((edit: EditStep) => workOf(catalogue, folder)([edit], undefined))(edits),
        () => undefined,
      ),
    load: dispatch.load,
    state: dispatch.state,
    close: dispatch.close,
  };
};
