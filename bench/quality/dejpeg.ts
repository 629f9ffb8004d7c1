import type { Session } from '../../src/index.js';
import { mean } from '../measure.js';
import {
  asJpeg,
  asPng,
  edit,
  editing,
  opened,
  type Picture,
  part,
  photosIn,
  psnr,
  read,
} from './pictures.js';
import type { QualityRow } from './row.js';

/** What others reach on the five grey photos, in dB: ARCNN (Dong et al. 2015) and DnCNN-3 (Zhang et al. 2017). */
const published: Readonly<Record<number, string>> = {
  10: 'ARCNN 29.03, DnCNN-3 29.40',
  20: 'ARCNN 31.15, DnCNN-3 31.63',
  30: 'ARCNN 32.51, DnCNN-3 32.91',
  40: 'ARCNN 33.32, DnCNN-3 33.77',
};

type Compressed = (photo: Picture) => Promise<readonly [file: Uint8Array, truth: Picture]>;

const once =
  (quality: number): Compressed =>
  async (photo) => [await asJpeg(photo, quality), photo];

/** Saved, cut so that squares begin elsewhere or not, and saved again. */
const twice =
  (first: number, second: number, shift: number): Compressed =>
  async (photo) => {
    const [width, height] = [photo.width - 8, photo.height - 8];
    const before = await read(await asJpeg(photo, first));
    const truth = part(photo, shift, shift, width, height);
    return [await asJpeg(part(before, shift, shift, width, height), second), truth];
  };

/** Saved, and saved again without loss, so that its tables are gone; cropped by some pixels or not. */
const resaved =
  (quality: number, shift: number): Compressed =>
  async (photo) => {
    const [width, height] = [photo.width - 8, photo.height - 8];
    const before = await read(await asJpeg(photo, quality));
    return [await asPng(part(before, shift, shift, width, height)), part(photo, shift, shift, width, height)];
  };

const row = async (
  session: Session,
  name: string,
  photos: readonly Picture[],
  compressed: Compressed,
  more: Partial<QualityRow> = {},
): Promise<QualityRow> => {
  const found = [];
  for (const photo of photos) {
    const [file, truth] = await compressed(photo);
    const grey = photo.channels === 1;
    const made = await edit(session, file);
    found.push({
      before: psnr(await read(file, grey), truth),
      after: psnr(await read(made.file, grey), truth),
      made,
    });
  }
  return {
    edit: 'dejpeg',
    set: name,
    measure: 'PSNR, dB',
    before: mean(found.map(({ before }) => before)),
    after: mean(found.map(({ after }) => after)),
    worst: Math.min(...found.map(({ before, after }) => after - before)),
    ...more,
  };
};

/** Photos compressed as JPEG, mended, with the gate as it is by default. */
export const dejpegRows = async (): Promise<readonly QualityRow[]> => {
  const session = await opened(editing('dejpeg', 'auto'));
  const grey = await Promise.all(photosIn('eval/classic5').map((path) => read(path, true)));
  // They were compressed before; smaller, they are free of that.
  const colour = await Promise.all(photosIn('clear/bsds', 24).map((path) => read(path, false, 320)));
  const cases: readonly (() => Promise<QualityRow>)[] = [
    ...[10, 20, 30, 40].map(
      (quality) => () =>
        row(session, `classic5, grey, quality ${quality}`, grey, once(quality), {
          beside: published[quality] ?? '',
        }),
    ),
    () => row(session, 'BSDS500, colour, quality 20', colour, once(20)),
    () => row(session, 'BSDS500, quality 60, then 20, aligned', colour, twice(60, 20, 0)),
    () => row(session, 'BSDS500, quality 60, then 20, shifted', colour, twice(60, 20, 3)),
    () => row(session, 'BSDS500, quality 20, then 60, shifted', colour, twice(20, 60, 3)),
    () => row(session, 'BSDS500, quality 20, saved as PNG', colour, resaved(20, 0)),
    () => row(session, 'BSDS500, quality 20, cropped, saved as PNG', colour, resaved(20, 3)),
    () => row(session, 'BSDS500, quality 80', colour, once(80)),
  ];
  const rows: QualityRow[] = [];
  for (const measured of cases) rows.push(await measured());
  await session.close();
  return rows;
};
