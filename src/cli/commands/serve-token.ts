import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { stateFolder } from '../../server/start.js';
import type { Store } from '../../server/store/store.js';
import { makeToken, revoke, tokensIn, withStore } from '../../server/tokens/keeping.js';
import type { Scope } from '../../server/tokens/scopes.js';
import type { Token } from '../../server/tokens/token.js';
import { serverSecret } from '../../server/webhooks/secret.js';
import { type Exit, exit, notBegun } from '../exit.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** Where a server's state is. */
export interface StateArguments {
  readonly state?: string;
}

/** What `pipe serve token` is given. */
export interface TokenArguments extends StateArguments {
  readonly scope: readonly Scope[];
  readonly name: string;
  /** Seconds. */
  readonly expires?: number;
}

/** Works on the store of a server, which may run meanwhile. */
const onStore = async (
  { state }: StateArguments,
  terminal: Terminal,
  work: (store: Store) => Promise<void>,
): Promise<Exit> => {
  const folder = state === undefined ? stateFolder(terminal.folder) : resolve(terminal.folder, state);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await withStore(join(folder, 'store'), work, (damaged) => printDiagnostics(terminal, damaged));
    return exit.done;
  } catch (thrown) {
    if (!(thrown instanceof DiagnosticError)) throw thrown;
    printDiagnostics(terminal, thrown.diagnostics);
    return notBegun(terminal, thrown.diagnostics);
  }
};

/** `pipe serve token`: makes a token and prints it, once: only its digest is kept. */
export const serveToken = (
  { scope, name, expires, ...where }: TokenArguments,
  terminal: Terminal,
): Promise<Exit> =>
  onStore(where, terminal, async (store) => {
    const created = Date.now();
    const { token, text } = await makeToken(store, {
      name,
      scopes: scope,
      created,
      ...(expires === undefined ? {} : { expires: created + expires * 1000 }),
    });
    terminal.out(`${text}\n`);
    terminal.err(
      `It is shown this once. Scopes: ${scope.join(', ')}. Its webhooks are signed with ${token.webhookSecret}\n`,
    );
  });

const day = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '–' : new Date(milliseconds).toISOString().slice(0, 10);

const stateOf = ({ revoked, expires }: Token): string => {
  if (revoked !== undefined) return `revoked ${day(revoked)}`;
  if (expires === undefined) return 'counts';
  return expires > Date.now() ? `until ${day(expires)}` : `expired ${day(expires)}`;
};

/** `pipe serve token list`. */
export const listTokens = (where: StateArguments, terminal: Terminal): Promise<Exit> =>
  onStore(where, terminal, async (store) => {
    const tokens = tokensIn(store);
    if (tokens.length === 0) terminal.err('There are no tokens.\n');
    for (const token of tokens)
      terminal.out(
        `${token.id}  ${stateOf(token)}  ${token.scopes.join(',')}  made ${day(token.created)}  used ${day(token.used)}  ${token.name}\n`,
      );
  });

/** `pipe serve token revoke`: a server that runs refuses the token from then on. */
export const revokeToken = (id: string, where: StateArguments, terminal: Terminal): Promise<Exit> =>
  onStore(where, terminal, async (store) => {
    const { value, kept } = store.change((draft) => revoke(draft, id, Date.now()));
    await kept;
    if (value === undefined)
      throw new DiagnosticError([failure('token/unknown', `There is no token ${id}.`)]);
    terminal.err(`${id} counts no longer.\n`);
  });

/** `pipe serve webhook-secret`: what webhooks of jobs are signed with that were made without a token. */
export const webhookSecret = (where: StateArguments, terminal: Terminal): Promise<Exit> =>
  onStore(where, terminal, async (store) => {
    terminal.out(`${await serverSecret(store)}\n`);
  });
