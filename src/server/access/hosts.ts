import { isIP } from 'node:net';
import { type Diagnostics, failure } from '../../diagnostics/index.js';

/** Who may ask, by what a request says of where it comes from and whom it means. */
export interface Gate {
  /** Why a request is refused; undefined where it is not. */
  readonly refusal: (asked: Asked) => Diagnostics | undefined;
}

/** What a request says of itself. */
export interface Asked {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`, which browsers send and pages cannot change. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** The address that a server listens at, without the brackets of IPv6. */
const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

/** True for an address that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK.has(bare(host)) || (isIP(bare(host)) === 4 && bare(host).startsWith('127.'));

/** The host's name in a `Host` header, in lower case; undefined where it is no such header. */
export const hostName = (host: string): string | undefined => {
  if (host.length > 300) return undefined;
  const [, name = ''] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(host) ?? [];
  return name === '' ? undefined : bare(name);
};

/**
 * Decides by names: a `Host` that is not the server's is a name that somebody else pointed at it (DNS rebinding), and an `Origin` that
 * is not the server's is another site's page.
 *
 * @param host where the server listens; at all addresses, requests by numbers are its own
 * @param origins addresses that a proxy serves it at, as in `https://photos.example.org`
 */
export const createGate = (host: string, origins: readonly string[]): Gate => {
  const own = new Set(origins.map((origin) => new URL(origin).origin));
  const names = new Set([...origins.map((origin) => bare(new URL(origin).hostname)), bare(host)]);
  const isWide = bare(host) === '0.0.0.0' || bare(host) === '::';
  const isOurs = (name: string): boolean =>
    names.has(name) ||
    (isLoopback(host) && LOOPBACK.has(name)) ||
    (isWide && (isIP(name) !== 0 || LOOPBACK.has(name)));
  const isSame = (origin: string, asked: string): boolean =>
    own.has(origin) || origin === `http://${asked}` || origin === `https://${asked}`;
  return {
    refusal: ({ host: asked, origin, site, mode, method }) => {
      const name = hostName(asked ?? '');
      if (asked === undefined || name === undefined || !isOurs(name)) return wrongHost(asked);
      if (origin !== undefined && !isSame(origin, asked.toLowerCase())) return foreign;
      // Somebody may follow a link to the page.
      const isLink = mode === 'navigate' && method === 'GET';
      return site === undefined || site === 'same-origin' || site === 'none' || isLink ? undefined : foreign;
    },
  };
};

const wrongHost = (host = ''): Diagnostics => [
  failure(
    'serve/host',
    `The request is for ${JSON.stringify(host.slice(0, 100))}, which is not this server.`,
  ),
];

const foreign: Diagnostics = [failure('serve/origin', 'The request comes from a page of another site.')];
