import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { isTooDeep } from '../ports/json.js';

const JSON_TYPE = 'application/json';

/** Faults that are told of one request. */
const MOST_TOLD = 5;

/** Levels that the JSON of a request may have: what is deeper ends a process that goes through it level by level. */
export const MOST_LEVELS = 32;

/** A request that is not as its route's schema has it. */
export class InvalidRequest extends Error {
  readonly statusCode = 400;

  constructor(errors: readonly { readonly instancePath: string; readonly message: string }[], part: string) {
    super(errors.map(({ instancePath, message }) => `${part}${instancePath} ${message}`).join('; '));
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
    return { error: new InvalidRequest(compiled.Errors(value).slice(0, MOST_TOLD), httpPart ?? 'request') };
  };
};
