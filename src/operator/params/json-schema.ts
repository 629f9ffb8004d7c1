import { definedOnly } from '../../ports/defined.js';
import type { FieldShape, RecordShape, Shape } from './shape.js';

/** A JSON Schema (draft 2020-12) or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A scalar that refers to a parameter of the pipeline, such as `$strength`. */
const reference: JsonSchema = { type: 'string', pattern: '^\\$[A-Za-z_][A-Za-z0-9_-]*$' };

const withReference = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, reference] });

const bounds = (shape: { readonly min?: number; readonly max?: number }): JsonSchema => ({
  ...definedOnly({ minimum: shape.min, maximum: shape.max }),
});

/** The JSON Schema of what people write; every place also takes a `$param`. */
export const jsonSchema = (shape: Shape): JsonSchema => {
  switch (shape.kind) {
    case 'number':
    case 'integer':
      return withReference({ type: shape.kind, ...bounds(shape) });
    case 'anything':
      return {};
    case 'boolean':
      return withReference({ type: 'boolean' });
    case 'text':
    case 'path':
    case 'template':
    case 'stream':
    case 'colour':
      return { type: 'string', minLength: 1 };
    case 'choice':
      return withReference({ enum: shape.options });
    case 'interval': {
      const end = withReference({ type: 'number', ...bounds(shape) });
      return { anyOf: [end, { type: 'array', items: end, minItems: 2, maxItems: 2 }] };
    }
    case 'size': {
      const side = withReference({ type: 'integer', ...bounds(shape) });
      return { anyOf: [side, { type: 'array', items: side, minItems: 2, maxItems: 2 }] };
    }
    case 'list': {
      const element = jsonSchema(shape.of);
      return {
        anyOf: [
          element,
          {
            type: 'array',
            items: element,
            ...definedOnly({ minItems: shape.minLength, maxItems: shape.maxLength }),
          },
        ],
      };
    }
    case 'record':
      return recordSchema(shape);
    case 'tagged':
      return taggedSchema(shape.variants);
    case 'anyOf':
      return { anyOf: shape.options.map(jsonSchema) };
  }
};

const isRequired = (field: FieldShape): boolean => field.presence === 'required';

const recordSchema = (shape: RecordShape): JsonSchema => {
  const fields = Object.entries(shape.fields);
  const required = fields.filter(([, field]) => isRequired(field)).map(([name]) => name);
  const mapping: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(([name, field]) => [
        name,
        {
          description: field.about,
          ...jsonSchema(field.shape),
          ...definedOnly({ default: field.fallback }),
        },
      ]),
    ),
    required,
    additionalProperties: false,
  };
  const main = shape.main === undefined ? undefined : shape.fields[shape.main];
  const alternatives = [
    mapping,
    ...(required.length === 0 ? [{ type: 'null' }] : []),
    ...(main !== undefined && required.every((name) => name === shape.main) ? [jsonSchema(main.shape)] : []),
  ];
  return alternatives.length === 1 ? mapping : { anyOf: alternatives };
};

const taggedSchema = (variants: Readonly<Record<string, RecordShape>>): JsonSchema => {
  const bare = Object.entries(variants)
    .filter(([, { fields }]) => !Object.values(fields).some(isRequired))
    .map(([name]) => name);
  return {
    anyOf: [
      ...(bare.length === 0 ? [] : [{ enum: bare }]),
      ...Object.entries(variants).map(([name, variant]) => ({
        type: 'object',
        properties: { [name]: recordSchema(variant) },
        required: [name],
        additionalProperties: false,
      })),
    ],
  };
};
