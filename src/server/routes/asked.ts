import type { FastifyRequest } from 'fastify';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { EditStep } from '../../execution/editing/editor.js';
import { valuesOf } from '../../execution/editing/parameters.js';
import { orThrow } from '../app.js';
import type { ServerContext } from '../context.js';

/** Words of an address that are no parameters of a pipeline: a pipeline with such a parameter is asked for in JSON. */
export const OF_EDITS: ReadonlySet<string> = new Set(['pipeline', 'name']);
export const OF_PREVIEWS: ReadonlySet<string> = new Set(['pipeline', 'name', 'size', 'overlay']);

/** The edit that an address asks for, as in `?pipeline=dehaze&strength=0.7`. Throws `serve/request`, `serve/unknown-pipeline`. */
export const editOf = (
  { catalogue }: Pick<ServerContext, 'catalogue'>,
  query: Readonly<Record<string, unknown>>,
  own: ReadonlySet<string>,
): EditStep => {
  const { pipeline } = query;
  if (typeof pipeline !== 'string')
    throw new DiagnosticError([
      failure('serve/request', 'The address names no pipeline.', {
        hint: 'As in `?pipeline=dehaze&strength=0.7`.',
      }),
    ]);
  const { declared } = orThrow(catalogue.find(pipeline));
  const given = Object.entries(query).flatMap(([name, value]) =>
    own.has(name) ? [] : [[name, typeof value === 'string' ? value : String(value)] as const],
  );
  return { pipeline, parameters: valuesOf(declared, Object.fromEntries(given)) };
};

/** True for a body that describes what to do with a photo which was uploaded before. */
export const isJson = (request: FastifyRequest): boolean =>
  /^application\/json\b/i.test(request.headers['content-type'] ?? '');

/** Throws `serve/busy` where so much waits that a request would wait too long. */
export const requireRoom = ({ editor, limits }: Pick<ServerContext, 'editor' | 'limits'>): void => {
  const { waiting } = editor.load();
  if (waiting >= limits.waiting) throw new DiagnosticError(tooBusy(limits.waiting));
};

const tooBusy = (most: number): Diagnostics => [
  failure('serve/busy', `${most} edits wait already, which is as many as may.`),
];
