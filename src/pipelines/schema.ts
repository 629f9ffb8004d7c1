import { type JsonSchema, jsonSchema, record } from '../operator/params/index.js';
import type { Operator, Registry } from '../ops/index.js';
import { declarationFields, fileFields, pipelineFields } from './parse/pipeline-file.js';

const name = '^[A-Za-z][A-Za-z0-9_-]*$';

/**
 * The JSON Schema (draft 2020-12) of the pipeline language: what editors complete and underline. A file with plugins
 * may name operators that are not in the registry.
 */
export const languageSchema = (registry: Registry): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Prismflow pipelines',
  type: 'object',
  anyOf: [
    { not: { required: ['plugins'] }, ...fileSchema('known') },
    { required: ['plugins'], ...fileSchema('any') },
  ],
  $defs: {
    known: pipelineSchemas('known'),
    any: pipelineSchemas('any'),
    param: jsonSchema(record(declarationFields).shape),
    knownStep: stepSchema(registry, false),
    anyStep: stepSchema(registry, true),
  },
});

/** The two kinds of file: one pipeline, or several. */
const fileSchema = (kind: 'known' | 'any'): JsonSchema => ({
  anyOf: [{ $ref: `#/$defs/${kind}/$defs/single` }, { $ref: `#/$defs/${kind}/$defs/several` }],
});

const pipelineSchemas = (kind: 'known' | 'any'): JsonSchema => {
  const steps = { type: 'array', minItems: 1, items: { $ref: `#/$defs/${kind}Step` } };
  const sections = {
    params: named({ $ref: '#/$defs/param' }),
    streams: named(steps),
    steps: { description: pipelineFields.steps.about, ...steps },
  };
  const plain = (fields: Parameters<typeof record>[0], left: readonly string[]): JsonSchema =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([field]) => !left.includes(field))
        .map(([field, { type, about }]) => [field, { description: about, ...jsonSchema(type.shape) }]),
    );
  const pipeline = { ...plain(pipelineFields, Object.keys(sections)), ...sections };
  const file = plain(fileFields, []);
  return {
    $defs: {
      single: closed({ ...file, ...pipeline }, ['version', 'steps']),
      several: closed({ ...file, about: { type: 'string' }, pipelines: named(closed(pipeline, ['steps'])) }, [
        'version',
        'pipelines',
      ]),
    },
  };
};

const closed = (properties: JsonSchema, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const named = (schema: JsonSchema): JsonSchema => ({
  type: 'object',
  patternProperties: { [name]: schema },
  additionalProperties: false,
});

/** A step: the name of an operator or a stream, or a mapping of an operator to its parameters. */
const stepSchema = (registry: Registry, isOpen: boolean): JsonSchema => ({
  anyOf: [
    { enum: [...registry.values()].filter(needsNothing).map(({ name }) => name) },
    { type: 'string', pattern: name, not: { enum: [...registry.keys()] } },
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      properties: Object.fromEntries(
        [...registry.values()].map(({ name, about, params }) => [
          name,
          { description: about, ...jsonSchema(params.shape) },
        ]),
      ),
      additionalProperties: isOpen,
    },
  ],
});

/** True for an operator that can stand alone, without parameters. */
const needsNothing = ({ params }: Operator): boolean =>
  Object.values(params.shape.fields).every(({ presence }) => presence !== 'required');
