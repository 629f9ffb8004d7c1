import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DiagnosticError, failure, messageOf } from '../../diagnostics/index.js';
import { guardedLookup, type Reach, shownUrl } from './reach.js';

/** What is sent to a URL. */
export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, and the reading of its answer. */
  readonly signal: AbortSignal;
}

/** What came in the way of a request, as a `DiagnosticError`: `fetch/private-address`, `fetch/too-slow`, `fetch/unreachable`. */
export const requestFailure = (url: URL, thrown: unknown): DiagnosticError => {
  if (thrown instanceof DiagnosticError) return thrown;
  const isLate =
    thrown instanceof Error && (thrown.name === 'TimeoutError' || causeOf(thrown) === 'TimeoutError');
  return new DiagnosticError([
    isLate
      ? failure('fetch/too-slow', `${shownUrl(url)} did not answer in time.`)
      : failure('fetch/unreachable', `${shownUrl(url)} could not be reached: ${messageOf(thrown)}.`, {
          cause: thrown,
        }),
  ]);
};

const causeOf = ({ cause }: Error): string => (cause instanceof Error ? cause.name : '');

/** Milliseconds without a byte after which a connection is given up. */
const IDLE_MS = 15_000;

/**
 * Sends one request to a URL that `readUrl` gave, and gives the head of its answer; redirects are the caller's. Every request has a
 * connection of its own, to an address that was looked at.
 */
export const send = (
  url: URL,
  { method, headers, body, signal }: Outgoing,
  reach: Reach,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => reject(requestFailure(url, thrown));
    const options = {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      agent: false as const,
      lookup: guardedLookup(reach),
      signal,
      timeout: IDLE_MS,
      maxHeaderSize: 16_384,
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    request.on('timeout', () => {
      request.destroy(Object.assign(new Error('no byte came'), { name: 'TimeoutError' }));
    });
    request.on('error', fail);
    request.on('socket', (socket) => {
      const look = (): void => {
        const { remoteAddress } = socket;
        // What a proxy or a library in between might have done with the name.
        if (remoteAddress !== undefined && !reach.allows(remoteAddress))
          request.destroy(
            new DiagnosticError([
              failure(
                'fetch/private-address',
                `${url.hostname} is ${remoteAddress}, which is no public address.`,
              ),
            ]),
          );
      };
      if (socket.connecting) socket.once('connect', look);
      else look();
    });
    request.on('response', resolve);
    request.end(body);
  });
