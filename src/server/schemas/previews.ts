import { Type } from 'typebox';
import { EditStep, Id } from './common.js';

const Size = Type.Integer({
  minimum: 64,
  maximum: 2048,
  default: 800,
  description: 'The longest side, in pixels',
});
const Overlay = Type.Union([Type.Literal('trust'), Type.Literal('clipping')], {
  description: 'A clear picture that lies over the edit, in the place of the edit',
});

/** What small pictures come as. */
export const VIEWABLE = ['image/jpeg', 'image/png'] as const;

/** A preview of a photo that was uploaded. */
export const PreviewBody = Type.Object(
  {
    photo: Id,
    edits: Type.Array(EditStep, { maxItems: 8 }),
    size: Type.Optional(Size),
    overlay: Type.Optional(Overlay),
  },
  {
    additionalProperties: false,
    examples: [{ photo: 'PHOTO', edits: [{ pipeline: 'exposure' }], size: 400 }],
  },
);

export const ViewQuery = Type.Object({
  size: Type.Optional(Type.Integer({ minimum: 64, maximum: 2048, default: 1600 })),
});
