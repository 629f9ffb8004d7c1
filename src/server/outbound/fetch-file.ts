import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import { type Reach, readUrl, shownUrl } from './reach.js';
import { requestFailure, send } from './request.js';

/** How far fetching a file goes. */
export interface FetchLimits {
  readonly bytes: number;
  /** Milliseconds for all of it, redirects included. */
  readonly milliseconds: number;
  readonly redirects: number;
}

const refused = (message: string): DiagnosticError =>
  new DiagnosticError([failure('fetch/refused', message)]);

const tooLarge = (url: URL, bytes: number): DiagnosticError =>
  new DiagnosticError([
    failure('fetch/too-large', `${shownUrl(url)} gives more than ${megabytes(bytes)}, which is the limit.`),
  ]);

const readOrThrow = (text: string, reach: Reach): URL => {
  const url = readUrl(text, reach);
  if (!(url instanceof URL)) throw new DiagnosticError(url);
  return url;
};

/** Follows redirects, each of which is held to the same rules as the first URL. */
const answerOf = async (
  text: string,
  reach: Reach,
  { redirects }: FetchLimits,
  signal: AbortSignal,
): Promise<{ readonly url: URL; readonly answer: IncomingMessage }> => {
  let url = readOrThrow(text, reach);
  for (let left = redirects; ; left--) {
    const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'prismflow' };
    const answer = await send(url, { method: 'GET', headers, signal }, reach);
    const { statusCode = 0, headers: told } = answer;
    if (statusCode === 200) return { url, answer };
    answer.destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode) || told.location === undefined)
      throw refused(`${shownUrl(url)} answered with ${statusCode}.`);
    if (left === 0) throw refused(`${shownUrl(url)} redirects more than ${redirects} times.`);
    if (!URL.canParse(told.location, url.href))
      throw refused(`${shownUrl(url)} redirects to what is no URL.`);
    url = readOrThrow(new URL(told.location, url).href, reach);
  }
};

const bounded = (url: URL, most: number): Transform => {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge(url, most));
      else done(null, chunk);
    },
  });
};

const fetched = async (
  text: string,
  to: string,
  reach: Reach,
  limits: FetchLimits,
  outside: AbortSignal,
): Promise<void> => {
  const signal = AbortSignal.any([outside, AbortSignal.timeout(limits.milliseconds)]);
  const { url, answer } = await answerOf(text, reach, limits, signal);
  try {
    const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = answer.headers;
    if (encoding !== 'identity') throw refused(`${shownUrl(url)} gives what is compressed by ${encoding}.`);
    if (Number(length) > limits.bytes) throw tooLarge(url, limits.bytes);
    await pipeline(answer, bounded(url, limits.bytes), createWriteStream(to, { flags: 'wx' }), { signal });
  } catch (thrown) {
    answer.destroy();
    await rm(to, { force: true });
    throw signal.aborted && !outside.aborted
      ? requestFailure(url, signal.reason)
      : requestFailure(url, thrown);
  }
};

/**
 * Fetches what a URL gives into a new file. After an error there is no file. Errors: `fetch/bad-url`, `fetch/private-address`,
 * `fetch/unreachable`, `fetch/refused`, `fetch/too-large`, `fetch/too-slow`; `run/cancelled` when the signal aborts.
 */
export const fetchFile =
  (reach: Reach, limits: FetchLimits) =>
  (url: string, to: string, signal: AbortSignal): TE.TaskEither<Diagnostics, void> =>
    TE.tryCatch(
      () => fetched(url, to, reach, limits, signal),
      (thrown): Diagnostics => {
        if (signal.aborted) return [failure('run/cancelled', 'Fetching was stopped.')];
        return thrown instanceof DiagnosticError
          ? thrown.diagnostics
          : [failure('fetch/unreachable', `A photo could not be fetched: ${String(thrown)}.`)];
      },
    );
