import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Frame } from '../../ports/index.js';
import { readJpeg } from '../containers/jpeg.js';
import { sharp } from '../libvips.js';
import { depthOf, firstOf, samplesOf, toDepth } from '../samples/samples.js';
import { thrownAt } from '../thrown.js';

/** How a picture is compressed. */
export interface JpegSettings {
  /** 1 to 100, as everywhere. */
  readonly quality: number;
  readonly chromaSubsampling: '4:2:0' | '4:4:4';
}

/**
 * A frame as it comes back from being saved as JPEG: 8 bits, with the encoder's losses, at the depth that it had.
 * Transparency, which JPEG has not, and metadata stay as they are, but for the tables that it was quantised by.
 */
export const throughJpeg = (frame: Frame, settings: JpegSettings): TE.TaskEither<Diagnostics, Frame> =>
  TE.tryCatch(
    async () => {
      const { width, height, channels, samples } = frame;
      const levels = toDepth(samples, 'uint8') as Uint8Array;
      const jpeg = await sharp(levels, { raw: { width, height, channels } })
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .jpeg(settings)
        .toBuffer();
      const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
      const back = channels === info.channels ? bytes : firstOf(bytes, info.channels);
      const { quantisation: _, ...metadata } = frame.metadata;
      const quantisation = readJpeg(jpeg)?.quantisation;
      return {
        ...frame,
        samples: samplesOf(toDepth(samplesOf(back), depthOf(samples.data))),
        metadata: { ...metadata, ...(quantisation && { quantisation }) },
      };
    },
    (cause) => thrownAt('image/encode-failed', 'The picture cannot be compressed as JPEG', cause),
  );
