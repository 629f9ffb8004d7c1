import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { decode } from '../index.js';
import { panoramaOf } from './panorama.js';

const frame = (
  width: number,
  height: number,
  value: (x: number, y: number) => number,
  xmp?: string,
): Frame => ({
  width,
  height,
  channels: 1,
  samples: {
    depth: 'uint8',
    data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
  },
  metadata: {
    bits: 8,
    model: 'grey',
    orientation: 1,
    pages: 1,
    palette: false,
    ...(xmp === undefined ? {} : { xmp: new TextEncoder().encode(xmp) }),
  },
});

/** Goes round, and fades to one colour at each pole. */
const round = (width: number, height: number) => (x: number, y: number) =>
  128 +
  90 * Math.sin((2 * Math.PI * 3 * x) / width) * Math.sin((Math.PI * ((y % height) + 0.5)) / height) ** 2;
const flat = (x: number, y: number) => (x + y) % 256;

const gpano = (more = ''): string => `<rdf:Description GPano:ProjectionType="equirectangular" ${more}/>`;

describe('panoramaOf', () => {
  it.each([
    ['an ordinary photo', frame(96, 64, flat), 'none', 1],
    ['a wide photo', frame(128, 64, flat), 'none', 1],
    ['what goes round', frame(128, 64, round(128, 64)), 'sphere', 1],
    ['two of them', frame(128, 128, round(128, 64)), 'sphere', 2],
    ['a square photo', frame(128, 128, flat), 'none', 1],
    ['what GPano says is one', frame(128, 64, flat, gpano()), 'sphere', 1],
    [
      'elements instead of attributes',
      frame(128, 64, flat, '<GPano:ProjectionType>equirectangular</GPano:ProjectionType>'),
      'sphere',
      1,
    ],
    ['stereo of which GPano speaks', frame(128, 128, flat, gpano()), 'sphere', 2],
    [
      'a strip all around',
      frame(
        128,
        32,
        flat,
        gpano(
          'GPano:FullPanoWidthPixels="128" GPano:CroppedAreaImageWidthPixels="128" GPano:FullPanoHeightPixels="64" GPano:CroppedAreaImageHeightPixels="32"',
        ),
      ),
      'x',
      1,
    ],
    [
      'a part of one',
      frame(
        64,
        32,
        round(64, 32),
        gpano('GPano:FullPanoWidthPixels="128" GPano:CroppedAreaImageWidthPixels="64"'),
      ),
      'none',
      1,
    ],
    [
      'a cylinder',
      frame(128, 64, round(128, 64), gpano().replace('equirectangular', 'cylindrical')),
      'sphere',
      1,
    ],
  ] as const)('takes %s for what it is', (_, picture, edges, eyes) => {
    expect(panoramaOf(picture)).toEqual({ edges, eyes });
  });

  const shared = fileURLToPath(new URL('../../../../shared/photos', import.meta.url));
  it.skipIf(!existsSync(shared)).each([
    ['panorama/machu-picchu.jpg', 'sphere', 1],
    ['panorama/petra.jpg', 'sphere', 1],
    ['panorama/sun.jpg', 'sphere', 1],
    ['panorama/taj-mahal.jpg', 'sphere', 1],
    ['panorama/walrus.jpg', 'sphere', 2],
    ['large/morskie-oko.jpg', 'none', 1],
    ['large/nasa-53884.jpg', 'none', 1],
  ] as const)('knows %s', { timeout: 30_000 }, async (path, edges, eyes) => {
    const photo = await decode({ path: `${shared}/${path}` })();
    if (E.isLeft(photo)) throw new Error(photo.left[0].message);
    expect(panoramaOf(photo.right.frame)).toEqual({ edges, eyes });
  });
});
