import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure, sendable } from '../../diagnostics/index.js';
import { digestBytes, digestFile } from '../../disk/digest.js';
import { clippingOverlay, factsOf, surveyed, trustOverlay, viewable } from '../../image/index.js';
import { writtenExtension } from '../../image/names.js';
import type { Notes } from '../../operator/behaviour.js';
import { analyse } from '../../pipelines/compile.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame, ImageFormat } from '../../ports/index.js';
import { createMemory } from '../memory/room.js';
import { openSession, type Session } from '../session.js';
import { createSharedResources } from '../shared-resources.js';
import { readEngine } from '../tensors/engine-choice.js';
import { tensorRuntime } from '../tensors/tensor-runtime.js';
import { type EditPlan, editPlanOf, pictureOnly } from './edit-plan.js';
import { openPictureSession, type PictureSession } from './picture-session.js';
import type { EditTask, InspectTask, Made, PreviewTask, Setup, Task, WarmTask, Work } from './protocol.js';
import { createProxies } from './proxies.js';
import { tooManyPixels } from './refusals.js';
import { trustPlanOf } from './trust-plan.js';
import { createWarmSessions } from './warm-sessions.js';

/** Sessions that stay open: those of whole edits, and those of previews. */
const WHOLE = 8;
const SMALL = 24;

/** MIME types of what is written. */
const TYPES: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  gif: 'image/gif',
};

const EXTENSIONS: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  tiff: 'tif',
  gif: 'gif',
};

/** Is told which operator begins, and how many milliseconds the task may take. */
export type At = (operator: string, allowed: number) => void;

/** Does tasks, several at once. */
export interface Performer {
  readonly perform: (
    task: Task,
    signal: AbortSignal,
    at: At,
  ) => Promise<E.Either<Diagnostics, Made[keyof Made]>>;
}

/** What tasks work with. */
interface Site {
  readonly setup: Setup;
  readonly whole: (work: Work) => TE.TaskEither<Diagnostics, Session>;
  readonly small: (work: Work, which: 'edit' | 'trust') => TE.TaskEither<Diagnostics, PictureSession>;
  readonly sessions: ReturnType<typeof createWarmSessions<Session>>;
  readonly pictures: ReturnType<typeof createWarmSessions<PictureSession>>;
  readonly proxies: ReturnType<typeof createProxies>;
}

/** Makes ready to do tasks: nothing is opened before the first. Errors: `run/unknown-engine`. */
export const createPerformer = (setup: Setup): E.Either<Diagnostics, Performer> =>
  E.Monad.map(readEngine(setup.engine), (source) => {
    const { memory, timeout, certify, maxPixels } = setup;
    const room = createMemory({ memory });
    const engine = tensorRuntime(source).engine;
    const models = createSharedResources();
    const shared = { room, ...definedOnly({ timeout }) };
    const site: Site = {
      setup,
      whole: (work) =>
        pipe(
          planFor(work),
          TE.bindTo('plan'),
          TE.bind('engine', () => engine),
          TE.chain(({ plan, engine }) => openSession(plan, { engine, memory, certify }, shared)),
        ),
      small: (work, which) =>
        pipe(
          planFor(work),
          TE.chainEitherK(pictureOnly),
          TE.chainEitherK((plan) => (which === 'trust' ? trusting(plan) : E.right(plan))),
          TE.bindTo('plan'),
          TE.bind('engine', () => engine),
          TE.chain(({ plan, engine }) =>
            openPictureSession(plan, { engine, memory }, { ...shared, shared: models }),
          ),
        ),
      sessions: createWarmSessions<Session>(WHOLE),
      pictures: createWarmSessions<PictureSession>(SMALL),
      proxies: createProxies(room, memory, maxPixels),
    };
    return {
      perform: (task, signal, at) => {
        switch (task.kind) {
          case 'edit':
            return edited(site, task, signal, at);
          case 'preview':
            return previewed(site, task, signal);
          case 'inspect':
            return inspected(site, task, signal);
          case 'warm':
            return warmed(site, task);
        }
      },
    };
  });

const planFor = ({ file, pipeline, set }: Work): TE.TaskEither<Diagnostics, EditPlan> =>
  pipe(analyse(file, { set, plugins: 'allowed', ...definedOnly({ pipeline }) }), TE.chainEitherK(editPlanOf));

const trusting = (plan: EditPlan): E.Either<Diagnostics, EditPlan> =>
  E.fromNullable<Diagnostics>([
    failure(
      'serve/request',
      `\`${plan.graph.name}\` has no ensemble of models, so there is no map of trust.`,
    ),
  ])(trustPlanOf(plan));

const keyOf = (work: Work, which = 'edit'): string => JSON.stringify([which, work]);

const edited = async (
  { setup, sessions, whole }: Site,
  { work, photo, name, to, index }: EditTask,
  signal: AbortSignal,
  at: At,
): Promise<E.Either<Diagnostics, Made['edit']>> => {
  const extent = await surveyed({ path: photo, name })();
  if (E.isLeft(extent)) return extent;
  const { width, height } = extent.right;
  if (width * height > setup.maxPixels) return E.left(tooManyPixels(name, extent.right, setup.maxPixels));
  return sessions.use(keyOf(work), whole(work), async (session) => {
    const made = await session.edit(photo, { name, to, index, signal, progress: at })();
    if (E.isLeft(made)) return made;
    const { bytes, format, extension, warnings, notes, receipt } = made.right;
    const size = await surveyed({ path: to, name })();
    if (E.isLeft(size)) return size;
    const own = extname(name).slice(1);
    return E.right({
      type: TYPES[format],
      // Without another format the file keeps the extension of its source, if that has one and is written.
      extension: extension ?? (own === '' ? EXTENSIONS[format] : (writtenExtension(own) ?? own)),
      bytes: bytes.byteLength,
      digest: digestBytes(bytes),
      width: size.right.width,
      height: size.right.height,
      warnings: warnings.map(sendable),
      notes,
      receipt,
    });
  });
};

const previewed = async (
  { proxies, pictures, small }: Site,
  { works, photo, name, size, overlay, proxies: folder }: PreviewTask,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Made['preview']>> => {
  const proxy = await proxies.get({ photo, name, folder }, size);
  if (E.isLeft(proxy)) return proxy;
  const warnings: Diagnostic[] = [];
  let notes: Readonly<Record<string, Notes>> = {};
  let frame: Frame = proxy.right;
  for (const [i, work] of works.entries()) {
    const which = overlay === 'trust' && i === works.length - 1 ? 'trust' : 'edit';
    const made = await pictures.use(keyOf(work, which), small(work, which), (session) =>
      session.edit(frame, name, signal),
    );
    if (E.isLeft(made)) return made;
    frame = made.right.frame;
    warnings.push(...made.right.warnings.map(sendable));
    notes = {
      ...notes,
      ...Object.fromEntries(Object.entries(made.right.notes).map(([at, note]) => [`${i}/${at}`, note])),
    };
  }
  const shown =
    overlay === 'clipping'
      ? clippingOverlay(frame)
      : overlay === 'trust' && works.length > 0
        ? trustOverlay(frame)
        : frame;
  const seen = await viewable(shown, size)();
  if (E.isLeft(seen)) return seen;
  const { bytes: image, type, width, height } = seen.right;
  return E.right({ image, type, width, height, warnings, notes });
};

const inspected = async (
  { proxies }: Site,
  { photo, name, proxies: folder }: InspectTask,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Made['inspect']>> => {
  const digest = await digestFile(photo)();
  if (E.isLeft(digest)) return digest;
  const { size: bytes } = await stat(photo);
  return proxies.decoded({ photo, name, folder }, signal, (frame, warnings) => {
    const facts = factsOf(frame);
    return {
      ...facts,
      bytes,
      digest: digest.right,
      type: facts.format === undefined ? 'application/octet-stream' : TYPES[facts.format],
      warnings: warnings.map(sendable),
    };
  });
};

/** Opens sessions of previews and lets each edit a small picture, so that the engine runs and libraries are loaded. */
const warmed = async (
  { pictures, small }: Site,
  { works }: WarmTask,
): Promise<E.Either<Diagnostics, null>> => {
  for (const work of works)
    await pictures.use(keyOf(work), small(work, 'edit'), (session) =>
      session.edit(GREY, 'warm-up', new AbortController().signal),
    );
  return E.right(null);
};

/** Of the size of a tile of the page, so that what is compiled for it is used again. */
const GREY: Frame = {
  width: 320,
  height: 213,
  channels: 3,
  samples: { depth: 'uint8', data: new Uint8Array(320 * 213 * 3).fill(128) },
  metadata: { bits: 8, model: 'rgb', orientation: 1, pages: 1, palette: false },
};
