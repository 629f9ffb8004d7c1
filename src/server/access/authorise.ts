import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Store } from '../store/store.js';
import { noteUse, tokenOf } from '../tokens/keeping.js';
import { allows, type Scope } from '../tokens/scopes.js';

/** Who asks. */
export interface Caller {
  /** A token's id, or `local` where none is needed. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** The id of the token that was shown; absent where none was. */
  readonly token?: string;
}

/** Who may do nothing. */
export const NOBODY: Caller = { id: '', scopes: [] };

/** Whoever uses the machine itself. */
export const LOCAL: Caller = { id: 'local', scopes: ['admin'] };

/**
 * Tells who asks by `Authorization`. Errors: `token/missing`, `token/invalid`.
 *
 * @param isNeeded false where only this machine reaches the server: then nobody need say who they are
 */
export const callerOf = (
  store: Store,
  isNeeded: boolean,
  authorization: string | undefined,
  now: number,
): E.Either<Diagnostics, Caller> => {
  if (authorization === undefined)
    return isNeeded
      ? E.left([failure('token/missing', 'This server answers requests with a token.')])
      : E.right(LOCAL);
  const [, text = ''] = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(authorization) ?? [];
  const token = tokenOf(store, text, now);
  if (token === undefined)
    return E.left([
      failure('token/invalid', 'The token is not one that this server knows, or it counts no longer.'),
    ]);
  noteUse(store, token, now);
  return E.right({ id: token.id, scopes: token.scopes, token: token.id });
};

/** Errors: `token/scope`. */
export const allowed = (caller: Caller, scope: Scope): E.Either<Diagnostics, Caller> =>
  allows(caller.scopes, scope)
    ? E.right(caller)
    : E.left([failure('token/scope', `The token does not allow this; it needs the scope \`${scope}\`.`)]);

/** Whether a token is kept that counts now. */
export const hasToken = (store: Store, now: number): boolean => {
  for (const { value } of store.range('tokens'))
    if (value.revoked === undefined && (value.expires === undefined || value.expires > now)) return true;
  return false;
};

/** True where somebody may see what belongs to an owner. */
export const owns = ({ id, scopes }: Caller, owner: string): boolean =>
  id === owner || scopes.includes('admin');
