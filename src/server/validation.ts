import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Pointer, Value } from 'typebox/value';
import { isTooDeep } from '../ports/json.js';

const JSON_TYPE = 'application/json';

/** Faults that are told of one request. */
const MOST_TOLD = 5;

/** Levels that the JSON of a request may have: what is deeper ends a process that goes through it level by level. */
export const MOST_LEVELS = 32;

/** What a check by a schema finds, as far as it is told. */
interface Fault {
  readonly instancePath: string;
  readonly message: string;
  readonly keyword?: string;
  readonly schemaPath?: string;
  readonly params?: object;
}

/** What the parts of a request are called; JSON pointers start below them. */
const PARTS: Readonly<Record<string, string>> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the address',
  headers: 'the headers',
};

/** A JSON pointer as it is written in JavaScript: `/edits/0/pipeline` is `edits[0].pipeline`. */
const placeOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('')
    .replace(/^\./, '');

/** The fields that a schema knows at a place of it, given as a JSON pointer. */
const fieldsAt = (schema: TSchema, pointer: string): readonly string[] =>
  Object.keys(Object(Pointer.Get(schema, `${pointer}/properties`)));

/** A fault in words; undefined where another one of the same check says it better. */
const inWords = (schema: TSchema | undefined, part: string, fault: Fault): string | undefined => {
  const { instancePath, message, keyword, schemaPath = '', params = {} } = fault;
  const place = placeOf(instancePath);
  if (keyword === 'additionalProperties') return undefined;
  if (keyword === 'boolean' && schema !== undefined && schemaPath.endsWith('/additionalProperties')) {
    const known = fieldsAt(schema, schemaPath.slice('#'.length, -'/additionalProperties'.length));
    return `there is no field \`${place}\`, only ${known.map((name) => `\`${name}\``).join(', ')}`;
  }
  if (keyword === 'required' && 'requiredProperties' in params) {
    const missing = [params.requiredProperties]
      .flat()
      .map((name) => `\`${place === '' ? '' : `${place}.`}${name}\``);
    return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  }
  return `${place === '' ? (PARTS[part] ?? part) : `\`${place}\``} ${message}`;
};

/** A request that is not as its route's schema has it. */
export class InvalidRequest extends Error {
  readonly statusCode = 400;

  constructor(faults: readonly Fault[], part: string, schema?: TSchema) {
    const told = faults.flatMap((fault) => inWords(schema, part, fault) ?? []);
    super(told.slice(0, MOST_TOLD).join('; '));
  }
}

const TOO_DEEP = { instancePath: '', message: `must have ${MOST_LEVELS} levels at most` };

/** Has JSON of more levels refused before it is read, which would hold the server for seconds. */
export const refuseDeepJson = (app: FastifyInstance): void => {
  const read = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body: string, done) => {
    if (isTooDeep(body, MOST_LEVELS)) done(new InvalidRequest([TOO_DEEP], 'body'));
    else read(request, body, done);
  });
};

/**
 * Checks requests by the schemas of their routes. Texts of an address become the numbers that they are meant to be; in a body a text is a
 * text, and nothing is left out of it silently.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart, ...of }) => {
  // Photos and forms are streams, which are checked while they are read. The library says of which type a body is; its declarations do not.
  const { contentType = JSON_TYPE } = of as { readonly contentType?: string };
  if (httpPart === 'body' && contentType !== JSON_TYPE) return (value: unknown) => ({ value });
  const compiled = Compile(schema);
  return (given: unknown) => {
    const value: unknown = httpPart === 'body' ? given : Value.Convert(schema, given);
    if (compiled.Check(value)) return { value };
    return { error: new InvalidRequest(compiled.Errors(value), httpPart ?? 'request', schema) };
  };
};
