import { definedOnly } from '../../ports/defined.js';
import type { Problem } from './types.js';

/** What a request came to. */
export type Answer<A> =
  | { readonly kind: 'given'; readonly value: A }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** The page itself took the request back. */
  | { readonly kind: 'aborted' };

export const given = <A>(value: A): Answer<A> => ({ kind: 'given', value });
export const refused = (problem: Problem): Answer<never> => ({ kind: 'refused', problem });
export const aborted: Answer<never> = { kind: 'aborted' };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The problem that the body of a refusal states; bodies of proxies and of others than our server give their status alone. */
export const problemOf = (status: number, body: unknown, otherwise: string): Problem => {
  const from = isRecord(body) ? body : {};
  const detail = textOf(from.detail);
  const remedy = textOf(from.remedy);
  return {
    status,
    code: textOf(from.code) ?? `http/${status}`,
    title: textOf(from.title) ?? otherwise,
    ...definedOnly({ detail, remedy }),
  };
};

/** Times that a request is sent again by itself. */
const TIMES = 4;
/** Seconds that are waited for at most. */
const LONGEST = 10;

/**
 * Seconds after which a request that was put off is sent again, by itself; undefined where whoever uses the page is told instead.
 *
 * @param retryAfter what `Retry-After` says, in seconds
 * @param before how often it was sent again before
 */
export const retryIn = (status: number, retryAfter: string | null, before: number): number | undefined => {
  if ((status !== 429 && status !== 503) || before >= TIMES) return undefined;
  const seconds = Number(retryAfter ?? '1');
  return Number.isFinite(seconds) && seconds <= LONGEST ? Math.max(0.5, seconds) : undefined;
};

/** JSON in a header: plain, or with what headers cannot carry encoded as in addresses. Anything else gives `otherwise`. */
export const headerJson = <A>(header: string | null, otherwise: A): A => {
  if (header === null || header === '') return otherwise;
  for (const text of [header, unescaped(header)])
    try {
      return JSON.parse(text) as A;
    } catch {
      // The next form, or none.
    }
  return otherwise;
};

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The name that `Content-Disposition` gives (RFC 6266): `filename*` before `filename`. */
export const attachmentName = (header: string | null): string | undefined => {
  const parts = (header ?? '').split(';').map((part) => part.trim());
  const extended = parts.find((part) => part.startsWith("filename*=UTF-8''"));
  if (extended !== undefined) return unescaped(extended.slice("filename*=UTF-8''".length));
  const plain = parts.find((part) => part.startsWith('filename='));
  return plain?.slice('filename='.length).replaceAll('"', '');
};
