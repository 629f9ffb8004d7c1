import { Type } from 'typebox';
import { Edits, Id } from './common.js';

/** Edits of a photo that was uploaded. */
export const EditBody = Type.Object(
  { photo: Id, edits: Edits },
  {
    additionalProperties: false,
    examples: [
      {
        photo: 'PHOTO',
        edits: [{ pipeline: 'exposure' }, { pipeline: 'sunset', parameters: { strength: 0.5 } }],
      },
    ],
  },
);

/** Formats of results, by their MIME types. */
export const FORMATS = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
} as const;
