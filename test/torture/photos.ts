import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A small JPEG, of which `numbered` makes as many different ones as are wanted. */
export const smallPhoto = (width = 64, height = 48): Promise<Buffer> => {
  const noise = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251));
  return sharp(noise, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
};

/** The photo with a comment: the same picture, and another file. */
export const commented = (photo: Buffer, comment: string): Buffer => {
  const text = Buffer.from(comment);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([photo.subarray(0, 2), head, text, photo.subarray(2)]);
};

export const numbered = (photo: Buffer, number: number): Buffer => commented(photo, `photo ${number}`);

/** Writes photos to a folder, some of them in folders in it, and gives their names. */
export const putPhotos = (folder: string, photo: Buffer, from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, i) => {
    const number = from + i;
    const name = number % 5 === 0 ? `sub${number % 3}/${number}.jpg` : `${number}.jpg`;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), numbered(photo, number));
    return name;
  });
