import * as TE from 'fp-ts/lib/TaskEither.js';
import { definedOnly } from '../../ports/defined.js';
import type { GainMap } from '../../ports/index.js';
import { latin1 } from '../bytes.js';
import type { StoredGainMap } from '../containers/container.js';
import { isMeaning, payloads, segmentsOf, withSegments, XMP } from '../containers/jpeg-pieces.js';
import { upright } from '../decoding/raster.js';
import { sharp } from '../libvips.js';
import { areaOf } from '../samples/area.js';

/** Pixels that a gain map may have to be edited: cameras write a quarter of the picture's sides, or all of it at most. */
const MAX_PIXELS = 1 << 24;

/** A map of good quality: its errors are multiplied with the light of the picture. */
const encoding = { quality: 95, chromaSubsampling: '4:4:4' } as const;

/** Segments that say what the map means; those that describe a photo are none of its own. */
const meaning = (jpeg: Uint8Array) =>
  segmentsOf(jpeg).filter((each) => each.marker >= 0xe1 && each.marker <= 0xe2 && isMeaning(each));

const isWhole = ({ part, orientation, most }: GainMap): boolean =>
  orientation === 1 &&
  part.left === 0 &&
  part.top === 0 &&
  part.width === 1 &&
  part.height === 1 &&
  most === undefined;

/** Whether the map says what it means by XMP (Adobe's and Android's form), so that the picture has to as well. */
export const speaksXmp = (jpeg: Uint8Array): boolean =>
  payloads(segmentsOf(jpeg), 0xe1, XMP).some((packet) => latin1(packet).includes('/hdr-gain-map/'));

const developed = async (map: GainMap): Promise<Uint8Array> => {
  const { data, info } = await upright(
    sharp(map.jpeg, { limitInputPixels: MAX_PIXELS, ignoreIcc: true }),
    map.orientation,
  )
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { part, most } = map;
  const [across, down] = (
    [
      [part.left, part.width, info.width, most?.width],
      [part.top, part.height, info.height, most?.height],
    ] as const
  ).map(([from, share, side, limit = side]) => ({
    from: from * side,
    length: share * side,
    pixels: Math.max(1, Math.min(Math.round(share * side), limit)),
  }));
  if (across === undefined || down === undefined) throw new Error('a picture has two sides');
  const size = { width: across.pixels, height: down.pixels };
  const cut = areaOf(new Uint8Array(data.buffer, data.byteOffset, data.length), info, across, down);
  const channels = info.channels === 1 ? 1 : 3;
  const made = await sharp(cut, { raw: { ...size, channels: info.channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg(encoding)
    .toBuffer();
  return withSegments(new Uint8Array(made.buffer, made.byteOffset, made.length), meaning(map.jpeg));
};

/**
 * A gain map as it goes into a file: as it came, where all of it belongs to the picture; else turned, cut and made smaller
 * like the picture, with what it means unchanged. Left: it cannot be decoded.
 */
export const gainMapFor = (map: GainMap): TE.TaskEither<unknown, StoredGainMap> => {
  const iso = definedOnly({ iso: map.iso });
  return isWhole(map)
    ? TE.right({ jpeg: map.jpeg, ...iso })
    : TE.tryCatch(
        async () => ({ jpeg: await developed(map), ...iso }),
        (cause) => cause,
      );
};
