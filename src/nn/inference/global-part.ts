import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { decode } from '../../image/decoding/decode.js';
import { toDepth } from '../../image/samples/samples.js';
import { fitted, keptBy, type Shown } from '../../picture/lut/fit.js';
import type { Lut } from '../../picture/lut/table.js';
import type { Frame } from '../../ports/index.js';
import type { Engine } from '../../tensor/index.js';
import { ensembleOn } from './apply.js';
import { type EnsembleChoice, type LoadedEnsemble, loadEnsemble } from './loading/load.js';
import type { Dials } from './program.js';
import { scenes } from './scenes.js';
import { createThreads } from './sliced/threads.js';

/** What to make a table of. */
export interface GlobalChoice extends EnsembleChoice, Dials {
  readonly output: 'picture';
  /** A folder of photos that the model is tried on; drawn scenes where there is none. */
  readonly photos: string | undefined;
  /** Entries along a side of the table. */
  readonly entries: number;
}

/** A model's global part, and what was found of it. */
export interface GlobalPart {
  readonly lut: Lut;
  /** How much of the model's changes the table makes, 0 to 1, on pictures that it was not fitted to. */
  readonly kept: number;
  /** How many photos it was fitted to; 0 for drawn scenes. */
  readonly photos: number;
  readonly snapshots: LoadedEnsemble['snapshots'];
}

/** Photos that a table is fitted to at most, and pixels of each. */
const MOST = 60;
const PIXELS = 20_000;

const PICTURE = /\.(jpe?g|png|webp|tiff?|avif)$/i;

/** The photos of a folder, no more than are needed, spread over it. Error: `image/read-failed`, those of decoding. */
const photosOf = (folder: string): TE.TaskEither<Diagnostics, readonly Frame[]> =>
  pipe(
    TE.tryCatch(
      () => readdir(folder),
      (cause): Diagnostics => [
        failure('image/read-failed', `${folder} could not be listed: ${messageOf(cause)}.`, { cause }),
      ],
    ),
    TE.map((names) => names.filter((name) => PICTURE.test(name)).sort()),
    TE.filterOrElse(
      ({ length }) => length > 1,
      (): Diagnostics => [failure('image/not-found', `${folder} holds fewer than two photos.`)],
    ),
    TE.map((names) => names.filter((_, i) => i % Math.ceil(names.length / MOST) === 0)),
    TE.chain(
      TE.traverseSeqArray((name) =>
        pipe(
          decode({ path: join(folder, name) }),
          TE.map(({ frame }) => frame),
        ),
      ),
    ),
  );

/** Some pixels of a photo and of its edit, evenly spread. */
const shownBy = (photo: Frame, edit: Frame): Shown => {
  const [before, after] = [photo, edit].map(({ samples, channels }) => {
    const values = toDepth(samples, 'float32') as Float32Array;
    const step = Math.max(1, Math.floor(values.length / channels / PIXELS));
    const count = Math.floor((values.length / channels - 1) / step) + 1;
    return Float32Array.from(
      { length: 3 * count },
      (_, i) => values[Math.floor(i / 3) * step * channels + (channels === 3 ? i % 3 : 0)] as number,
    );
  }) as [Float32Array, Float32Array];
  return { before, after };
};

/** What a model makes of pictures. */
const edits =
  (engine: Engine, ensemble: LoadedEnsemble, { strength, trust, output }: GlobalChoice) =>
  (frames: readonly Frame[]): TE.TaskEither<Diagnostics, readonly Shown[]> =>
  async () => {
    const threads = createThreads();
    const quiet = () => () => undefined;
    const edit = ensembleOn(
      { strength, trust, output, grey: 'colour', wrap: 'none', certify: false },
      { openEngine: TE.right(engine), memory: 2 ** 31, certify: false, note: quiet, warn: quiet },
      ensemble,
      threads,
    );
    const { signal } = new AbortController();
    const made: Shown[] = [];
    for (const [index, frame] of frames.entries()) {
      const edited = await edit({ key: { path: `${index}`, index, epoch: 0 }, value: frame }, signal)();
      if (E.isLeft(edited)) {
        await threads.close();
        return edited;
      }
      made.push(shownBy(frame, edited.right));
    }
    await threads.close();
    return E.right(made);
  };

/**
 * A trained model's global part as a lookup table: what it makes of a colour wherever that lies, the mean over photos. How much
 * of its changes that keeps is measured by halves: a table fitted to every other photo is tried on the others. Errors:
 * `weights/…`, `image/…`.
 */
export const globalPart =
  (engine: Engine) =>
  (choice: GlobalChoice): TE.TaskEither<Diagnostics, GlobalPart> =>
    pipe(
      loadEnsemble(choice),
      TE.bindTo('ensemble'),
      TE.bind('frames', () => (choice.photos === undefined ? TE.right(scenes()) : photosOf(choice.photos))),
      TE.bind('shown', ({ ensemble, frames }) => edits(engine, ensemble, choice)(frames)),
      TE.map(({ ensemble: { snapshots }, shown }) => {
        const branches = [0, 1].map((half) => shown.filter((_, i) => i % 2 === half)) as [Shown[], Shown[]];
        const [first, second] = branches.map((half) => fitted(half, choice.entries)) as [Lut, Lut];
        const kept = (keptBy(first, branches[1]) + keptBy(second, branches[0])) / 2;
        const photos = choice.photos === undefined ? 0 : shown.length;
        return { lut: fitted(shown, choice.entries), kept, photos, snapshots };
      }),
    );
