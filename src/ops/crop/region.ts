import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Region } from '../../image/samples/window.js';
import { type Anchor, roomBefore } from '../../picture/framing/anchor.js';
import { ratioOf } from '../../picture/framing/aspect.js';
import type { Size } from '../../ports/index.js';

/** What is cut out, as the operator's parameters say it. */
export interface Wanted {
  readonly size: Size | undefined;
  readonly aspect: string | Size | undefined;
  readonly region: Region | undefined;
  readonly anchor: Anchor | undefined;
  readonly random: boolean;
  readonly fill: unknown;
}

/** Width and height of what is cut out of a picture. */
export const croppedSize = ({ size, aspect, region }: Wanted, picture: Size): Size => {
  if (region !== undefined) return { width: region.width, height: region.height };
  if (size !== undefined) return size;
  if (aspect === undefined) return picture;
  const ratio = ratioOf(aspect);
  return {
    width: Math.max(1, Math.min(picture.width, Math.round(picture.height * ratio))),
    height: Math.max(1, Math.min(picture.height, Math.round(picture.width / ratio))),
  };
};

/**
 * The rectangle to cut out. `draw` gives a whole number from 0 to its argument; where the picture is the smaller one,
 * there is nothing to draw and it comes to stand in the middle. Error: `picture/too-small`.
 */
export const regionOf = (
  wanted: Wanted,
  picture: Size,
  draw: (name: string, most: number) => number,
): E.Either<Diagnostics, Region> => {
  const { width, height } = croppedSize(wanted, picture);
  const spareWidth = picture.width - width;
  const spareHeight = picture.height - height;
  const room = roomBefore(wanted.anchor ?? 'centre', spareWidth, spareHeight);
  const place =
    wanted.region ??
    (wanted.random
      ? {
          left: spareWidth > 0 ? draw('left', spareWidth) : room.left,
          top: spareHeight > 0 ? draw('top', spareHeight) : room.top,
        }
      : room);
  const inside =
    place.left >= 0 &&
    place.top >= 0 &&
    place.left + width <= picture.width &&
    place.top + height <= picture.height;
  if (inside || wanted.fill !== undefined)
    return E.right({ left: place.left, top: place.top, width, height });
  const what =
    wanted.region === undefined
      ? `${width}x${height} pixels`
      : `${width}x${height} pixels from ${place.left},${place.top} on`;
  return E.left([
    failure(
      'picture/too-small',
      `The picture has ${picture.width}x${picture.height} pixels, and ${what} are to be cut out of it.`,
    ),
  ]);
};
