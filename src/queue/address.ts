import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';

/** Where a Redis is, and how it lets us in. */
export interface Address {
  /** Without user and password: what is shown. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** The port that Redis listens at. */
const USUAL_PORT = 6379;

/**
 * Reads an address of a Redis: `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS. Nothing of it is in the
 * error but what cannot be secret. Error: `queue/address`.
 */
export const readAddress = (given: string): E.Either<Diagnostics, Address> => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    return wrong('It is no address such as redis://host:6379.');
  if (url.search !== '' || url.hash !== '') return wrong('It has more than a database after its host.');
  const database = /^\/?$/.test(url.pathname) ? 0 : Number(url.pathname.slice(1));
  if (!Number.isInteger(database) || database < 0 || database > 65_535)
    return wrong('What stands after its host is no number of a database.');
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user === undefined || password === undefined)
    return wrong(
      'Its user or password is not written as URLs have it: `%` as `%25`, `@` as `%40`, `/` as `%2F`.',
    );
  const port = url.port === '' ? USUAL_PORT : Number(url.port);
  return E.right({
    shown: `${url.protocol}//${url.hostname}:${port}${database === 0 ? '' : `/${database}`}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    database,
    isTls: url.protocol === 'rediss:',
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
  });
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const wrong = (reason: string): E.Either<Diagnostics, never> =>
  E.left([failure('queue/address', `The address of the queue cannot be read. ${reason}`)]);
