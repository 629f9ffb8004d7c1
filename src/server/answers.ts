import type { FastifyReply } from 'fastify';
import type { Diagnostic } from '../diagnostics/index.js';
import type { Notes } from '../operator/behaviour.js';
import { hideFrom } from './app.js';
import { hidden } from './problems/problem.js';

/** Bytes of a header that every proxy lets through. */
const MOST_HEADER = 6000;

/** JSON as a header can carry it: what is not ASCII is escaped. Undefined where it is too long. */
const headerJson = (value: unknown): string | undefined => {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > MOST_HEADER ? undefined : text;
};

/** What an edit has to say beside its picture. */
export interface Said {
  readonly warnings: readonly Diagnostic[];
  readonly notes: Readonly<Record<string, Notes>>;
  readonly milliseconds: number;
  readonly waited: number;
}

/** Says it in headers: `Prismflow-Warnings` and `Prismflow-Notes` as JSON, `Server-Timing` in milliseconds. */
export const sayInHeaders = (reply: FastifyReply, { warnings, notes, milliseconds, waited }: Said): void => {
  reply.header('server-timing', `queue;dur=${waited}, edit;dur=${milliseconds}`);
  const told =
    headerJson(warnings.map(hidden(hideFrom(reply.request)))) ??
    headerJson(warnings.slice(0, 3).map(({ code }) => ({ code, message: '' })));
  if (warnings.length > 0 && told !== undefined) reply.header('prismflow-warnings', told);
  const noted = headerJson(notes);
  if (Object.keys(notes).length > 0 && noted !== undefined) reply.header('prismflow-notes', noted);
};
