import { type Static, Type } from 'typebox';
import { Problem, Told } from './common.js';

export const Facts = Type.Object({
  format: Type.Optional(Type.String()),
  depth: Type.Integer({ description: 'Bits per sample' }),
  profile: Type.String({ description: 'The name of its colours' }),
  orientation: Type.Integer({
    description: 'EXIF orientation of the file; sizes are those of the upright picture',
  }),
  metadata: Type.Array(Type.Object({ kind: Type.String(), bytes: Type.Integer() })),
  panorama: Type.Boolean(),
  stereo: Type.Boolean(),
  warnings: Type.Array(Told),
});

export const Photo = Type.Object({
  id: Type.String(),
  name: Type.String(),
  bytes: Type.Integer(),
  type: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
  digest: Type.String({ description: 'SHA-256' }),
  facts: Facts,
  expires: Type.String({ format: 'date-time' }),
});

/** A photo that came, or why it is refused. */
export const Received = Type.Union([Photo, Type.Object({ name: Type.String(), problem: Problem })]);

export const ReceivedPhotos = Type.Object({ photos: Type.Array(Received) });

export type PhotoBody = Static<typeof Photo>;
export type ReceivedBody = Static<typeof Received>;
