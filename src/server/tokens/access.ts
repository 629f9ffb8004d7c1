import type { FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../../diagnostics/index.js';
import { Refusal } from '../http/refusal.js';
import type { Store } from '../store/store.js';
import { LOCAL } from '../webhooks/secret.js';
import { noteUse, tokenOf } from './keeping.js';
import { allows, SCOPES, type Scope } from './token.js';

/** Who asks. */
export interface Identity {
  /** A token's id, or `local` where none is needed and none was sent. */
  readonly owner: string;
  readonly scopes: readonly Scope[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook of `requires`. */
    identity?: Identity;
  }
}

/** How requests are let in. */
export interface AccessOptions {
  readonly store: Store;
  /** Whether a token is needed: everywhere but on a server that this machine alone can reach. */
  readonly isRequired: boolean;
  readonly now: () => number;
}

/** Everything, for those who sit at the machine. */
const AT_HOME: Identity = { owner: LOCAL, scopes: SCOPES };

const CHALLENGE = { 'www-authenticate': 'Bearer realm="prismflow"' };

const identityOf = (header: string | undefined, { store, isRequired, now }: AccessOptions): Identity => {
  if (header === undefined) {
    if (!isRequired) return AT_HOME;
    throw new Refusal(401, [failure('token/missing', 'This server needs a token.')], CHALLENGE);
  }
  const [scheme = '', text = '', ...rest] = header.split(' ', 3);
  const token =
    scheme.toLowerCase() === 'bearer' && rest.length === 0 ? tokenOf(store, text, now()) : undefined;
  if (token === undefined)
    throw new Refusal(401, [failure('token/invalid', 'The token does not count here.')], {
      'www-authenticate': `${CHALLENGE['www-authenticate']}, error="invalid_token"`,
    });
  noteUse(store, token, now());
  return { owner: token.id, scopes: token.scopes };
};

/** A hook for Fastify's `onRequest`, made for each scope that a route may need. Refuses with 401 or 403. */
export const requires =
  (options: AccessOptions) =>
  (scope: Scope) =>
  async (request: FastifyRequest, _: FastifyReply): Promise<void> => {
    const identity = identityOf(request.headers.authorization, options);
    if (!allows(identity.scopes, scope))
      throw new Refusal(
        403,
        [
          failure(
            'token/scope',
            `The token has the scopes ${identity.scopes.join(', ')}, and this needs \`${scope}\`.`,
          ),
        ],
        {
          'www-authenticate': `${CHALLENGE['www-authenticate']}, error="insufficient_scope", scope="${scope}"`,
        },
      );
    request.identity = identity;
  };

/** Who asks; only to be called behind the hook. */
export const whoAsks = (request: FastifyRequest): Identity => {
  if (request.identity === undefined) throw new Error('the route has no hook that says who asks');
  return request.identity;
};

/** Whether somebody may see what an owner made. */
export const sees = ({ owner, scopes }: Identity, of: string): boolean =>
  owner === of || scopes.includes('admin');
