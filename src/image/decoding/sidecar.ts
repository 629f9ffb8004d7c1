import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, warning } from '../../diagnostics/index.js';
import { firstBytes } from '../../disk/regular.js';
import { readSidecar, type SidecarCrop, withSidecar } from '../metadata/sidecar.js';
import type { Header } from './header.js';

/** Bytes of a sidecar that are read: real ones have some thousand, with a mask of a raw converter a million. */
export const MOST_SIDECAR = 8 << 20;

const partsOf = (path: string): readonly [stem: string, extension: string] => {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? [path.slice(0, dot), path.slice(dot + 1)] : [path, ''];
};

/** Where the sidecar of a photo may be: beside it under its whole name (darktable, digiKam), or under its name alone (Adobe). */
export const sidecarPaths = (path: string): readonly string[] => {
  const [stem] = partsOf(path);
  return [...new Set([path, stem])].flatMap((name) => [`${name}.xmp`, `${name}.XMP`]);
};

/** The bytes of a photo's sidecar; undefined where there is none. Links are not followed. */
export const sidecarOf = async (path: string): Promise<Uint8Array | undefined> => {
  for (const place of sidecarPaths(path)) {
    const bytes = await firstBytes(place, MOST_SIDECAR).catch(() => undefined);
    if (bytes !== undefined) return new Uint8Array(bytes);
  }
  return undefined;
};

/** A header with what a sidecar says: its metadata, and how the picture is turned. */
export const beside =
  (sidecar: Uint8Array | undefined, path: string) =>
  (header: Header): Header => {
    if (sidecar === undefined) return header;
    const read = readSidecar(sidecar, partsOf(path)[1]);
    if (E.isLeft(read)) return { ...header, sidecar: read };
    if (read.right === undefined) return header;
    const { orientation } = read.right;
    // What HEIF and AVIF are turned by is part of their pictures.
    const isTurned = header.format === 'heic' || header.format === 'avif';
    return {
      ...header,
      xmp: withSidecar(header.xmp, read.right),
      orientation: isTurned ? header.orientation : (orientation ?? header.orientation),
      sidecar: E.right(read.right),
    };
  };

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

const cropText = ({ left, top, right, bottom, angle }: SidecarCrop): string =>
  `a crop (left ${percent(left)}, top ${percent(top)}, right ${percent(right)}, bottom ${percent(bottom)} of the picture as the camera stored it${angle === 0 ? '' : `, straightened by ${angle}°`})`;

/** What is said of a sidecar. */
export const sidecarWarnings = ({ sidecar }: Header, name: string): readonly Diagnostic[] => {
  if (sidecar === undefined) return [];
  if (E.isLeft(sidecar))
    return [warning('image/xmp-unreadable', `${name} has a sidecar that cannot be read: ${sidecar.left}.`)];
  const { crop, isDeveloped } = sidecar.right;
  if (!isDeveloped) return [];
  const what = `how a raw converter developed the photo${crop ? `, and ${cropText(crop)}` : ''}`;
  return [warning('image/sidecar-settings', `The sidecar of ${name} holds ${what}, which is not applied.`)];
};
