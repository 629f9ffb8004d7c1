import { availableParallelism } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { bytesPerSample, type Extent } from '../../image/decoding/extent.js';
import { type Panorama, panoramaOf } from '../../image/metadata/panorama.js';
import type { WorkEstimate } from '../../operator/behaviour.js';
import type { Frame, PictureShape } from '../../ports/index.js';
import type { Wanted } from './apply.js';
import type { LoadedEnsemble } from './ensemble.js';
import { fitOf, leftForTiles } from './fit.js';
import { profileOf } from './profile.js';
import { isSliced, stripBytes } from './sliced/edit.js';

const flat: Panorama = { edges: 'none', eyes: 1 };

/** How a picture of a shape would be worked on within so many bytes. Whether it goes round, the photo itself tells. */
export const estimateWork = (
  ensemble: LoadedEnsemble,
  wanted: Wanted,
  memory: number,
  { width, height, channels, depth }: PictureShape & Partial<Extent>,
  photo: Frame | undefined,
): E.Either<Diagnostics, WorkEstimate> => {
  // Strips of so many pixels are under way, whatever the picture's size.
  if (isSliced(ensemble)) return E.right({ bytes: stripBytes(availableParallelism(), 12) });
  return pipe(
    profileOf(ensemble, wanted),
    E.map((profile) => {
      const found = photo === undefined ? flat : panoramaOf(photo);
      const { edges, eyes } = wanted.wrap === 'auto' ? found : { edges: wanted.wrap, eyes: 1 };
      const size = { width, height: height / eyes };
      const most = Number.POSITIVE_INFINITY;
      const left = leftForTiles(
        memory,
        width * height * channels * bytesPerSample[depth ?? photo?.samples.depth ?? 'uint8'],
      );
      const fit = fitOf(ensemble.network, profile, { size, edges, memory: left, most, more: 0 });
      const { bytes } = fit;
      if (fit.kind === 'whole') return { bytes };
      const [{ window }] = fit.grid.tiles;
      const count = eyes * fit.grid.tiles.length;
      return { bytes, tiles: { count, width: window.width, height: window.height } };
    }),
  );
};
