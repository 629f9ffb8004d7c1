import { type TSchema, Type } from 'typebox';
import { definedOnly } from '../../ports/defined.js';
import { FORMATS } from './edits.js';

/** Bytes in OpenAPI 3.1: `contentMediaType` says what they are, and `format` tells generators of clients that they are a file. */
const bytes = (type: string, description?: string): TSchema =>
  Type.Unsafe<unknown>({
    type: 'string',
    format: 'binary',
    contentMediaType: type,
    ...definedOnly({ description }),
  });

type Content = Readonly<Record<string, { readonly schema: TSchema }>>;

/** A photo as the body of a request. */
export const photoBody: Content = {
  'image/*': { schema: bytes('image/*', 'A photo') },
  'application/octet-stream': { schema: bytes('application/octet-stream', 'A photo, in any format') },
};

const file = bytes('application/octet-stream');

/** A form with one photo. */
export const photoForm: Content = {
  'multipart/form-data': {
    schema: Type.Unsafe<unknown>({
      type: 'object',
      properties: { photo: file },
      description: 'A form with one file. The name of its field does not matter.',
    }),
  },
};

/** A form with any number of photos. */
export const photosForm: Content = {
  'multipart/form-data': {
    schema: Type.Unsafe<unknown>({
      type: 'object',
      properties: { photo: { type: 'array', items: file } },
      description: 'A form with files. The names of their fields do not matter.',
    }),
  },
};

/** A form with a job, and any number of photos for it. @param job the schema of what the field `job` holds */
export const jobForm = (job: TSchema): Content => ({
  'multipart/form-data': {
    schema: Type.Unsafe<unknown>({
      type: 'object',
      properties: {
        job: { ...job, contentMediaType: 'application/json' },
        photo: { type: 'array', items: file },
      },
      required: ['job'],
      description:
        'The field `job` with the same JSON, before files: each file is a photo of the job. The names of their fields do not matter.',
    }),
  },
});

/** An answer of bytes. @param types what they may be */
export const bytesOf = (description: string, ...types: readonly string[]) => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: bytes(type) }])),
});

/** A photo as an answer, in one of the formats of results. */
export const photoAnswer = (description: string) => bytesOf(description, ...Object.keys(FORMATS));
