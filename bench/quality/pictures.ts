import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import {
  decode,
  encode,
  ensembleAverage,
  files,
  open,
  type Pipeline,
  pipeline,
  type Session,
} from '../../src/index.js';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Photos that are at hand where the project is worked on. */
export const PHOTOS = folder('../shared/photos/');

/** Samples of a picture, 8 bits, channels interleaved. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** A picture of a file; grey ones have one channel. With `side`, no longer than that. */
export const read = async (file: string | Uint8Array, grey = false, side?: number): Promise<Picture> => {
  const stored = sharp(file).removeAlpha();
  const whole =
    side === undefined ? stored : stored.resize(side, side, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await (grey ? whole.toColourspace('b-w') : whole.toColourspace('srgb'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  // libvips gives greys three times when they come from a file of three channels.
  const step = grey ? info.channels : 1;
  const own = step === 1 ? new Uint8Array(data) : new Uint8Array(data).filter((_, i) => i % step === 0);
  return { data: own, width: info.width, height: info.height, channels: grey ? 1 : 3 };
};

const rawOf = ({ width, height, channels }: Picture) => ({ raw: { width, height, channels } });

export const asPng = ({ data, ...picture }: Picture): Promise<Buffer> =>
  sharp(data, rawOf({ data, ...picture }))
    .toColourspace(picture.channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();

/** A picture as the file of a JPEG. */
export const asJpeg = (
  picture: Picture,
  quality: number,
  chromaSubsampling: '4:2:0' | '4:4:4' = '4:2:0',
): Promise<Buffer> =>
  sharp(picture.data, rawOf(picture))
    .toColourspace(picture.channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling })
    .toBuffer();

/** A part of a picture. */
export const part = (picture: Picture, left: number, top: number, width: number, height: number): Picture => {
  const { channels, data } = picture;
  const rows = Array.from({ length: height }, (_, y) => {
    const from = ((top + y) * picture.width + left) * channels;
    return data.subarray(from, from + width * channels);
  });
  return { data: Uint8Array.from(Buffer.concat(rows)), width, height, channels };
};

/** Peak signal-to-noise ratio in dB; no more than 60, which equal ones count as. */
export const psnr = (one: Picture, other: Picture): number => {
  const squares = one.data.reduce((sum, value, i) => sum + (value - other.data[i]!) ** 2, 0);
  return squares === 0 ? 60 : Math.min(60, 10 * Math.log10((255 ** 2 * one.data.length) / squares));
};

/** The files of a folder of the photos at hand, in the order of their names; none where there is no such folder. */
export const photosIn = (path: string, count = Number.POSITIVE_INFINITY): readonly string[] => {
  const whole = join(PHOTOS, path);
  if (!existsSync(whole)) return [];
  return readdirSync(whole)
    .sort()
    .slice(0, count)
    .map((name) => join(whole, name));
};

/** The folder of a model: PRISMFLOW_MODEL=NAME=FOLDER in the place of one that ships, such as one that is being trained. */
export const modelOf = (name: string): string => {
  const [own, path] = (process.env.PRISMFLOW_MODEL ?? '').split('=');
  return own === name && path !== undefined ? path : folder(`models/${name}`);
};

const isTraining = (path: string): boolean =>
  !existsSync(join(path, 'model.json')) ||
  /"snapshots": \[\]/.test(readFileSync(join(path, 'model.json'), 'utf8'));

/** A pipeline that edits photos by a model, and gives pictures without loss. */
export const editing = (name: string, gate: 'auto' | 'off'): Pipeline => {
  const models = modelOf(name);
  const at = isTraining(models) ? ({ at: 'latest' } as const) : {};
  return pipeline(files('.'), decode(), ensembleAverage({ models, gate, ...at }), encode({ format: 'png' }));
};

export const opened = async (pipeline: Pipeline): Promise<Session> => {
  const session = await open(pipeline)()();
  if (E.isLeft(session)) throw new Error(session.left.map(({ message }) => message).join('\n'));
  return session.right;
};

/** An edited photo, and what was noted of its gate. */
export interface Made {
  readonly file: Uint8Array;
  readonly gate: { readonly change: number; readonly share: number } | undefined;
}

export const edit = async (session: Session, file: Uint8Array): Promise<Made> => {
  const made = await session.edit(file)();
  if (E.isLeft(made)) throw new Error(made.left.map(({ message }) => message).join('\n'));
  const notes = Object.values(made.right.notes).find((each) => 'gate' in each);
  return { file: made.right.bytes, gate: notes?.gate as Made['gate'] };
};
