import { type Damaged, openStore, type Store } from '../store/store.js';
import type { Draft, Reading } from '../store/tables.js';
import type { Scope } from './scopes.js';
import { isValid, type NewToken, newToken, partsOf, type Token } from './token.js';

const HOUR_MS = 3600 * 1000;
/** A secret of the right length to compare with where there is no token: the time says nothing. */
const NOBODY: Token = {
  id: '',
  name: '',
  scopes: [],
  digest: '0'.repeat(64),
  webhookSecret: '',
  created: 0,
};

/** The token that a text is, if it counts now. */
export const tokenOf = (reading: Reading, text: string, now: number): Token | undefined => {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const token = reading.get('tokens', parts.id);
  return isValid(token ?? NOBODY, parts.secret, now) ? token : undefined;
};

/** Notes that a token was used, to the hour. */
export const noteUse = (store: Store, { id, used }: Token, now: number): void => {
  const hour = now - (now % HOUR_MS);
  if (used === hour) return;
  store.change((draft) => {
    // Another process may have revoked it since; only what is there is changed.
    const token = draft.get('tokens', id);
    if (token !== undefined) draft.put('tokens', [id], { ...token, used: hour });
  });
};

/** All tokens, those that are revoked too, the oldest first. */
export const tokensIn = (reading: Reading): readonly Token[] =>
  [...reading.range('tokens')].map(({ value }) => value).sort((a, b) => a.created - b.created);

/** Revokes a token; undefined where there is none of this id. */
export const revoke = (draft: Draft, id: string, now: number): Token | undefined => {
  const token = draft.get('tokens', id);
  if (token === undefined) return undefined;
  const after = { ...token, revoked: token.revoked ?? now };
  draft.put('tokens', [id], after);
  return after;
};

/** Opens the store of a folder, does something with it and closes it; a server may run on it meanwhile. */
export const withStore = async <A>(
  folder: string,
  work: (store: Store) => Promise<A>,
  damaged?: Damaged,
): Promise<A> => {
  const store = openStore(folder, damaged);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

/** Makes a token and keeps it; its text is known to the caller alone. */
export const makeToken = async (
  store: Store,
  options: {
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly created: number;
    readonly expires?: number;
  },
): Promise<NewToken> => {
  const made = newToken(options);
  await store.change((draft) => draft.put('tokens', [made.token.id], made.token)).kept;
  return made;
};
