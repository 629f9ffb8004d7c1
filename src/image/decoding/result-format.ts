import type { ImageFormat, ReadOnlyFormat } from '../../ports/index.js';
import type { Header } from './header.js';

/** The formats of results like files of formats that are never written: JPEG, as photos mostly are, and TIFF, which holds light as floats. */
const resultFormats: Readonly<Record<ReadOnlyFormat, ImageFormat>> = {
  heic: 'jpeg',
  raw: 'jpeg',
  jxl: 'jpeg',
  radiance: 'tiff',
  exr: 'tiff',
};

/** The format of results like a file. */
export const resultFormat = ({ format, source }: Pick<Header, 'format' | 'source'>): ImageFormat => {
  // What was developed has more bits than a JPEG holds.
  if (source === 'raw') return format === 'jpeg' ? 'jpeg' : 'tiff';
  if (source !== undefined) return resultFormats[source];
  return isNeverWritten(format) ? resultFormats[format] : format;
};

const isNeverWritten = (format: Header['format']): format is ReadOnlyFormat => format in resultFormats;
