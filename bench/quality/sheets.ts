import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  asJpeg,
  asPng,
  edit,
  editing,
  modelOf,
  opened,
  type Picture,
  part,
  photosIn,
  read,
} from './pictures.js';

/** What the rows of a sheet are made of: photos as they come, and what is done to them before. */
interface Sheet {
  readonly edit: string;
  readonly photos: () => readonly string[];
  readonly given: (photo: Picture) => Promise<Uint8Array>;
}

const FIT = 300;
const CROP = 300;

const sheets: readonly Sheet[] = [
  {
    edit: 'dejpeg',
    photos: () => [...photosIn('clear/bsds', 12), ...photosIn('eval/classic5'), ...photosIn('panorama', 1)],
    given: (photo) => asJpeg(photo, 15),
  },
  { edit: 'dehaze', photos: () => photosIn('fog', 16), given: asPng },
  { edit: 'exposure', photos: () => photosIn('exposure'), given: asPng },
  { edit: 'lowlight', photos: () => photosIn('pairs/lowlight/dark'), given: asPng },
  { edit: 'sunset', photos: () => photosIn('clear/bsds', 16), given: asPng },
  { edit: 'bluehour', photos: () => photosIn('clear/bsds', 16), given: asPng },
];

const fitted = (file: Uint8Array): Promise<Buffer> =>
  sharp(file)
    .resize(FIT, FIT, { fit: 'contain', background: '#fff' })
    .removeAlpha()
    .toColourspace('srgb')
    .png()
    .toBuffer();

/** The middle of a picture, pixel by pixel. */
const middle = async (file: Uint8Array): Promise<Buffer> => {
  const picture = await read(file);
  const [width, height] = [Math.min(CROP, picture.width), Math.min(CROP, picture.height)];
  const [left, top] = [(picture.width - width) >> 1, (picture.height - height) >> 1];
  const own = await asPng(part(picture, left, top, width, height));
  return sharp(own)
    .resize(CROP, CROP, { fit: 'contain', kernel: 'nearest', background: '#fff', withoutEnlargement: true })
    .png()
    .toBuffer();
};

const sheetOf = async (folder: string, { edit: name, photos, given }: Sheet): Promise<string> => {
  const session = await opened(editing(name, 'auto'));
  const cells: { readonly input: Buffer; readonly left: number; readonly top: number }[] = [];
  const paths = photos();
  for (const [row, path] of paths.entries()) {
    const before = await given(await read(path, path.includes('classic5')));
    const after = (await edit(session, before)).file;
    const parts = [await fitted(before), await fitted(after), await middle(before), await middle(after)];
    for (const [i, input] of parts.entries())
      cells.push({ input, left: i * (FIT + 8), top: row * (FIT + 8) });
  }
  await session.close();
  const path = join(folder, `${name}.jpg`);
  await sharp({
    create: { width: 4 * (FIT + 8), height: paths.length * (FIT + 8), channels: 3, background: '#fff' },
  })
    .composite(cells)
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
};

/** Writes a sheet for each model: before and after as a whole, before and after pixel by pixel; a photo a row. */
export const contactSheets = async (folder: string, only: string | undefined): Promise<readonly string[]> => {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const sheet of sheets)
    if (
      existsSync(modelOf(sheet.edit)) &&
      (only === undefined || sheet.edit.includes(only)) &&
      sheet.photos().length > 0
    )
      paths.push(await sheetOf(folder, sheet));
  return paths;
};
