import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { isPublic } from './addresses.js';

/** An address that a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** What the server may connect to. */
export interface Reach {
  readonly protocols: readonly ('https:' | 'http:')[];
  readonly allows: (address: string) => boolean;
  readonly resolve: (host: string) => Promise<readonly Address[]>;
}

const resolve = (host: string): Promise<readonly Address[]> => lookup(host, { all: true });

/** Public addresses, by https. */
export const PUBLIC: Reach = { protocols: ['https:'], allows: isPublic, resolve };

/** Any address, by http as well: what an operator may allow for webhooks. */
export const ANYWHERE: Reach = { protocols: ['https:', 'http:'], allows: () => true, resolve };

const MOST_CHARACTERS = 2048;

const badUrl = (message: string): Diagnostics => [failure('fetch/bad-url', message)];

const privateAddress = (host: string, address: string): Diagnostics => [
  failure('fetch/private-address', `${host} is ${address}, which is no public address.`),
];

/** A URL without what may be secret in it, for messages. */
export const shownUrl = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;

/** The host of a URL as the system takes it: IPv6 addresses without brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/**
 * Reads a URL that may be connected to, as far as that can be told before its name is resolved; else says what is wrong: `fetch/bad-url`,
 * `fetch/private-address`.
 */
export const readUrl = (text: string, { protocols, allows }: Reach): URL | Diagnostics => {
  if (text.length > MOST_CHARACTERS) return badUrl(`A URL has ${MOST_CHARACTERS} characters at most.`);
  if (!URL.canParse(text)) return badUrl(`\`${text}\` is no URL.`);
  const url = new URL(text);
  if (!protocols.some((protocol) => protocol === url.protocol))
    return badUrl(`${shownUrl(url)} begins with ${url.protocol}, and ${protocols.join(' and ')} are taken.`);
  if (url.username !== '' || url.password !== '')
    return badUrl(`${shownUrl(url)} holds a user or a password.`);
  const host = hostOf(url);
  return isIP(host) !== 0 && !allows(host) ? privateAddress(host, host) : url;
};

/**
 * Resolves a name for the connection that is about to be made: what it is connected to are the very addresses that were looked at, so
 * a name cannot stand for another one in between. One address that is not allowed refuses them all.
 */
export const guardedLookup =
  ({ resolve, allows }: Reach): LookupFunction =>
  (host, options, answer) => {
    const refuse = (cause: unknown): void =>
      answer(cause instanceof Error ? cause : new Error(String(cause)), '', 0);
    resolve(host).then((addresses) => {
      const wrong = addresses.find(({ address }) => !allows(address));
      if (wrong !== undefined) return refuse(new DiagnosticError(privateAddress(host, wrong.address)));
      const [first] = addresses;
      if (first === undefined) return refuse(new Error(`${host} has no address`));
      return options.all === true ? answer(null, [...addresses]) : answer(null, first.address, first.family);
    }, refuse);
  };
