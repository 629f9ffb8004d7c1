import { sharp } from '../../image/libvips.js';
import type { Grid } from './grid.js';

/** The widest that a grid is shown on the page. */
const WIDEST = 820;

/** A grid as PNG, in full quality. */
export const pngOf = ({ pixels, width, height }: Grid): Promise<Uint8Array> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

/** A PNG as it is put into the page: smaller, and as a data URL. */
export const shownOf = async (
  png: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly url: string }> => {
  const { data, info } = await sharp(png)
    .resize({ width: WIDEST, withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    url: `data:image/webp;base64,${data.toString('base64')}`,
  };
};
