import * as E from 'fp-ts/lib/Either.js';
import type { DeclaredColour } from '../../ports/index.js';
import type { Carried } from '../containers/container.js';
import { readJpeg, withoutStray } from '../containers/jpeg.js';
import { declaredByExif } from '../metadata/exif-colour.js';
import { corrupt, ordinary, type Read, unsupported } from './header-form.js';

/** The colour that EXIF says, where there is no profile, which outranks it. */
export const exifColour = ({ icc, exif }: Carried): DeclaredColour | undefined =>
  icc ? undefined : declaredByExif(exif);

/** The header of JPEG. */
export const jpeg = (file: Uint8Array, name: string): Read => {
  const header = readJpeg(file);
  if (header === undefined) return E.left(corrupt(name, 'it holds no JPEG picture'));
  const { precision, components, ...rest } = header;
  if (precision !== 8)
    return E.left(unsupported(`${name} is a JPEG of ${precision} bits a sample; only 8 can be read.`));
  const model = components === 1 ? 'grey' : components === 4 ? 'cmyk' : 'rgb';
  return E.right({
    ...ordinary,
    ...rest,
    format: 'jpeg',
    model,
    lossless: false,
    colour: exifColour(header),
    encoded: withoutStray(file),
  });
};
