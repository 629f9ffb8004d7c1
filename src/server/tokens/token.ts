import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Scope } from './scopes.js';

/** A token as it is kept: what it is made of is known to its owner alone. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of its secret part, in hexadecimal. */
  readonly digest: string;
  /** What its webhooks are signed with, as `whsec_…`. */
  readonly webhookSecret: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly expires?: number;
  readonly revoked?: number;
  /** To the hour. */
  readonly used?: number;
}

/** A token that was just made, with what is shown once. */
export interface NewToken {
  readonly token: Token;
  readonly text: string;
}

/** What a new token is to be. */
export interface TokenOptions {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: number;
  readonly expires?: number;
}

const PREFIX = 'pft';
const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** Bytes of the key of a webhook's signature: Standard Webhooks asks for 24 to 64. */
const WEBHOOK_KEY_BYTES = 32;

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** A secret that webhooks are signed with, by Standard Webhooks. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(WEBHOOK_KEY_BYTES).toString('base64')}`;

/** Makes a token: `pft_ID_SECRET`, with 256 random bits. */
export const newToken = (options: TokenOptions): NewToken => {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  return {
    token: { id, ...options, digest: digestOf(secret).toString('hex'), webhookSecret: newWebhookSecret() },
    text: `${PREFIX}_${id}_${secret}`,
  };
};

/** The parts of a token; undefined for any other text. */
export const partsOf = (text: string): { readonly id: string; readonly secret: string } | undefined => {
  const [prefix, id = '', secret = '', ...rest] = text.split('_', 4);
  return prefix === PREFIX && rest.length === 0 && /^[0-9a-f]{16}$/.test(id) && /^[0-9a-f]{64}$/.test(secret)
    ? { id, secret }
    : undefined;
};

/** Whether a token is one that counts now, and this its secret; compared in constant time. */
export const isValid = (token: Token, secret: string, now: number): boolean => {
  const isSame = timingSafeEqual(Buffer.from(token.digest, 'hex'), digestOf(secret));
  return isSame && token.revoked === undefined && (token.expires === undefined || token.expires > now);
};
