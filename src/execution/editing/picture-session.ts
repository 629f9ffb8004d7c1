import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import type { Notes } from '../../operator/behaviour.js';
import type { Frame, ItemKey } from '../../ports/index.js';
import type { Engine } from '../../tensor/run/engine.js';
import { defaultContext, type RunContext } from '../context.js';
import { engineSettings } from '../tensors/engine-choice.js';
import { type LazyRuntime, tensorRuntime } from '../tensors/tensor-runtime.js';
import type { EditPlan } from './edit-plan.js';
import { openEdit } from './open-edit.js';

/** An edited picture, and what was said of it. */
export interface EditedPicture {
  readonly frame: Frame;
  readonly warnings: readonly Diagnostic[];
  readonly notes: Readonly<Record<string, Notes>>;
}

/** A pipeline that is kept warm to edit pictures that are decoded already. */
export interface PictureSession {
  readonly edit: (
    frame: Frame,
    name: string,
    signal: AbortSignal,
  ) => Promise<E.Either<Diagnostics, EditedPicture>>;
  readonly close: () => Promise<void>;
}

/** Opens a plan from a picture to a picture. Errors: those of opening models. */
export const openPictureSession = (
  plan: EditPlan,
  { engine, memory }: { readonly engine: Engine; readonly memory: number },
  shared: Partial<Pick<RunContext, 'room' | 'timeout' | 'shared'>>,
): TE.TaskEither<Diagnostics, PictureSession> => {
  const own = tensorRuntime(engine);
  // What belongs to a model that several sessions share is not given back with one of them.
  const runtime: LazyRuntime = shared.shared === undefined ? own : { ...own, engine: TE.right(engine) };
  const said = new Map<
    ItemKey,
    { readonly warnings: Diagnostic[]; notes: Readonly<Record<string, Notes>> }
  >();
  const run: RunContext = {
    ...defaultContext(plan.graph.seed),
    ...engineSettings(engine),
    memory,
    isDialled: true,
    ...shared,
    warn: (key, warning) => () => void said.get(key)?.warnings.push(warning),
    noted: (key, operator, facts) => () => {
      const about = said.get(key);
      if (about !== undefined)
        about.notes = { ...about.notes, [operator]: { ...about.notes[operator], ...facts } };
    },
  };
  return pipe(
    openEdit(plan, run, runtime),
    TE.orElseFirstTaskK(() => runtime.close),
    TE.map(
      ({ work, close }): PictureSession => ({
        edit: async (frame, name, signal) => {
          const key: ItemKey = { path: name, index: 0, epoch: 0 };
          const about = { warnings: [], notes: {} };
          said.set(key, about);
          try {
            const made = await work({ key, value: frame }, signal);
            return E.isLeft(made)
              ? E.left(made.left.diagnostics)
              : // What travels on a port was checked when it came out of its operator.
                E.right({ frame: made.right as Frame, ...about });
          } finally {
            said.delete(key);
          }
        },
        close: async () => {
          await close();
          await runtime.close();
        },
      }),
    ),
  );
};
