import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, failure, warning } from '../../../diagnostics/index.js';
import type { OpContext } from '../../../operator/behaviour.js';
import { WINDOW } from '../../../picture/measures/ssim-window.js';
import type { Frame, HostTensor, Item, Outcome, Pair, Unpaired } from '../../../ports/index.js';
import type { ItemFlow } from '../../../streams/index.js';
import { type ExampleTensors, exampleTensors, quantisationOf } from '../examples.js';

/** A photo that a training is judged by, and never learns from, with the one that belongs to it. */
export interface HeldOut {
  readonly name: string;
  /** Each `[1, height, width, 3]`. */
  readonly examples: ExampleTensors;
  /** What a network that reads tables is told of it. */
  readonly quantisation: HostTensor<'float32'>;
}

/** All photos that a training is judged by, and a number that tells them from others. */
export interface Jury {
  readonly photos: readonly HeldOut[];
  readonly print: number;
}

type Value = Pair<Frame, Frame> | Unpaired<Frame, Frame>;

const heldOutOf = ({ key, value }: Item<Value>): E.Either<Diagnostics, HeldOut> => {
  const batch = { items: [{ key, value }] };
  return pipe(
    exampleTensors(batch),
    E.filterOrElse(
      (examples) => Object.values(examples).every(({ shape }) => Math.min(shape[1]!, shape[2]!) >= WINDOW),
      (): Diagnostics => [
        failure(
          'training/sizes',
          `It has fewer than ${WINDOW} pixels along a side, which is too small to judge by.`,
        ),
      ],
    ),
    E.map((examples) => ({ name: key.path, examples, quantisation: quantisationOf(batch) })),
  );
};

/** A number of 32 bits that changes when a sample does (FNV-1a over every 97th of them, which tells photos apart). */
const printOf = (photos: readonly HeldOut[]): number => {
  let print = 0x811c9dc5;
  for (const { examples } of photos)
    for (const { data, shape } of Object.values(examples)) {
      const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
      for (const side of shape) print = Math.imul(print ^ side, 0x01000193);
      for (let i = 0; i < bits.length; i += 97) print = Math.imul(print ^ bits[i]!, 0x01000193);
    }
  return print | 0;
};

/**
 * Takes the first few photos of a stream. One that failed is told and left out. A stream without any is told as well: then nothing is
 * judged.
 */
export const juryFrom = async (
  stream: ItemFlow<unknown>,
  most: number,
  { warn, path }: Pick<OpContext, 'warn' | 'path'>,
): Promise<Jury> => {
  const photos: HeldOut[] = [];
  const items = stream.open();
  try {
    while (photos.length < most) {
      const next = await items.next();
      if (next.done === true) break;
      // What travels on the stream was checked when the pipeline was wired.
      const outcome = next.value as Outcome<Value>;
      const held = E.isLeft(outcome)
        ? E.left({ key: outcome.left.key, reason: outcome.left.diagnostics[0] })
        : pipe(
            heldOutOf(outcome.right),
            E.mapLeft(([reason]) => ({ key: outcome.right.key, reason })),
          );
      if (E.isRight(held)) photos.push(held.right);
      else
        warn(
          held.left.key,
          warning('training/not-judged-by', `The training is not judged by it: ${held.left.reason.message}`),
        )();
    }
  } finally {
    await items.close();
  }
  if (photos.length === 0)
    warn(
      { path, index: 0, epoch: 0 },
      warning('training/no-validation', 'No photo is kept apart, so nobody knows how good the result is.'),
    )();
  return { photos, print: printOf(photos) };
};
