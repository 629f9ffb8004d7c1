import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import type { HostTensor, SampleRow, Validation } from '../../../ports/index.js';
import type { Levels } from '../growth.js';
import { type Judged, lookVerdict, pairVerdict, rasterOf, type Verdict } from './figures.js';
import type { HeldOut, Jury } from './held-out.js';
import { learningLoss } from './signs.js';
import type { Standing } from './standing.js';

/** Applies the generator to a photo that is kept apart: pictures `[1, height, width, 3]` by what they are. */
export type Apply = (photo: HeldOut) => TaskEither<Diagnostics, Readonly<Record<string, HostTensor>>>;

/** A photo's pictures as a program gives them, bytes by what it declares. */
type Pictures = Readonly<Record<string, HostTensor<'uint8'>>>;

const appliedTo = async (
  photos: readonly HeldOut[],
  apply: Apply,
  signal: AbortSignal | undefined,
): Promise<E.Either<Diagnostics, readonly Pictures[]>> => {
  const made: Pictures[] = [];
  for (const photo of photos) {
    if (signal?.aborted === true)
      return E.left([failure('run/cancelled', 'Stopped before the result was judged.')]);
    const pictures = await apply(photo)();
    if (E.isLeft(pictures)) return pictures;
    made.push(pictures.right as Pictures);
  }
  return E.right(made);
};

/** Values 0..1 as bytes, rounded as programs do. */
const bytesOf = ({ shape, data }: HostTensor): HostTensor<'uint8'> => ({
  dtype: 'uint8',
  shape,
  data: Uint8Array.from(data, (value) => Math.min(255, Math.max(0, Math.round(value * 255)))),
});

/** Judges a generator by all photos of a jury. */
export const verdictOn =
  ({ photos }: Jury, apply: Apply, signal: AbortSignal): TaskEither<Diagnostics, Verdict> =>
  async () => {
    const made = await appliedTo(photos, apply, signal);
    if (E.isLeft(made)) return made;
    const judged = made.right.map(
      ({ input, output, target }, i): Judged => ({
        input: rasterOf(input!),
        output: rasterOf(output!),
        // Of photos that are unpaired, one that has the look.
        target: rasterOf(target ?? bytesOf(photos[i]!.examples.b!)),
      }),
    );
    return E.right(photos[0]!.examples.b === undefined ? await pairVerdict(judged) : lookVerdict(judged));
  };

/** Each photo once: one may stand beside several that have the look. */
const distinct = (photos: readonly HeldOut[]): readonly HeldOut[] => [
  ...new Map(photos.map((photo) => [photo.name, photo] as const)).values(),
];

/** Photos of a jury that are shown at most. */
const SHOWN = 8;

/** The first few photos of a jury to look at: at every step the same ones. */
export const rowsFrom =
  ({ photos }: Jury, apply: Apply): TaskEither<Diagnostics, readonly SampleRow[]> =>
  async () => {
    const shown = distinct(photos).slice(0, SHOWN);
    const made = await appliedTo(shown, apply, undefined);
    return E.Functor.map(made, (all) =>
      all.map((pictures, i) => ({
        name: shown[i]!.name,
        pictures: Object.fromEntries(
          Object.entries(pictures).map(([what, { dtype, shape, data }]) => [
            what,
            { dtype, shape: shape.slice(1), data },
          ]),
        ),
      })),
    );
  };

/** Where a training stands after it was judged, and what is told of that. */
export const placed = (
  { by, figures, before }: Verdict,
  { photos, print }: Jury,
  step: number,
  standing: Standing | undefined,
  levels: Levels,
): { readonly standing: Standing; readonly validation: Validation; readonly isBest: boolean } => {
  const value = Math.fround(figures[by]!);
  const known = standing?.print === print ? standing : undefined;
  const isBest = known === undefined || value > known.best;
  const after: Standing = isBest
    ? { best: value, step, loss: Math.fround(learningLoss(levels)), since: 0, print }
    : { ...known, since: known.since + 1 };
  return {
    standing: after,
    isBest,
    validation: {
      photos: distinct(photos).length,
      by,
      figures,
      before,
      best: { step: after.step, value: after.best },
    },
  };
};
