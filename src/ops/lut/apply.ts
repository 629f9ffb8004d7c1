import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { emptyLike, samplesOf } from '../../image/samples/samples.js';
import { lookedUp, type Wanted } from '../../picture/lut/look-up.js';
import type { Lut } from '../../picture/lut/table.js';
import type { Frame, Samples } from '../../ports/index.js';

/** Pixels after which others have their turn: some ten milliseconds. */
const STRIP = 250_000;

/** A photo looked up in a table, strip by strip. Error: `tensor/cancelled`. */
export const applyLut =
  (lut: Lut, wanted: Wanted, photo: Frame, signal: AbortSignal): TaskEither<Diagnostics, Frame> =>
  async () => {
    const { width, height, channels, samples } = photo;
    if (wanted.strength === 0) return E.right(photo);
    const given = channels === 1 && wanted.grey === 'keep' ? 1 : 3;
    const data = emptyLike(samples.data, width * height * given);
    const rows = Math.max(1, Math.floor(STRIP / width));
    for (let row = 0; row < height; row += rows) {
      const part = samples.data.subarray(row * width * channels, (row + rows) * width * channels);
      const made = lookedUp(lut, part as Samples['data'], samples.depth, channels, wanted);
      data.set(made, row * width * given);
      await setImmediate();
      if (signal.aborted) return E.left([failure('tensor/cancelled', 'lut: cancelled.')]);
    }
    return E.right({ ...photo, channels: given, samples: samplesOf(data) });
  };
