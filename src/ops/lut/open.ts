import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { decode } from '../../image/decoding/decode.js';
import { sniff } from '../../image/decoding/sniff.js';
import { parseCube } from '../../picture/lut/cube.js';
import { haldOf } from '../../picture/lut/hald.js';
import type { Lut } from '../../picture/lut/table.js';

/** Bytes that a file may have: a table of 129³ entries of three long numbers each has fewer. */
const MAX_BYTES = 128 * 2 ** 20;

/** Pixels that a Hald CLUT may have: no level that can be used has more. */
const MAX_PIXELS = 1331 * 1331;

/**
 * Reads a lookup table: a Hald CLUT where the file is a picture, whatever its name says, else a .cube. Errors: those of
 * reading and decoding; `lut/cube`, `lut/hald`.
 */
export const openLut = (path: string): TE.TaskEither<Diagnostics, Lut> =>
  pipe(
    readBytes(path, MAX_BYTES),
    TE.chain((bytes) =>
      sniff(bytes).kind === 'unknown'
        ? TE.fromEither(parseCube(path, new TextDecoder().decode(bytes)))
        : pipe(
            decode({ bytes, name: path }, { maxPixels: MAX_PIXELS }),
            TE.chainEitherK(({ frame }): E.Either<Diagnostics, Lut> => haldOf(path, frame)),
          ),
    ),
  );
