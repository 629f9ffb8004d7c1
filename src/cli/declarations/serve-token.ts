import { type Command, InvalidArgumentError, Option } from 'commander';
import { SCOPES, type Scope } from '../../server/tokens/scopes.js';
import type { StateArguments, TokenArguments } from '../commands/serve-token.js';
import { duration } from '../option-values.js';
import type { Terminal } from '../terminal.js';
import type { On } from './declare.js';

const isScope = (name: string): name is Scope => SCOPES.some((scope) => scope === name);

/** Scopes, as in `edit,jobs`. */
const scopes = (given: string): readonly Scope[] => {
  const names = [...new Set(given.split(','))];
  if (!names.every(isScope))
    throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}, as in edit,jobs.`);
  return names;
};

const name = (given: string): string => {
  if (given.length > 100) throw new InvalidArgumentError('A name has 100 characters at most.');
  return given;
};

const stateOption = (): Option =>
  new Option('--state <folder>', 'where the server keeps its state (as `pipe serve` in this folder)');

/** `pipe serve token` and `pipe serve webhook-secret`: what is done beside a server, whether it runs or not. */
export const declareTokens = (serve: Command, on: On, terminal: Terminal): void => {
  const load = () => import('../commands/serve-token.js');
  const token = serve
    .command('token')
    .description('make a token for those who use the server, and print it once')
    .addOption(
      new Option('--scope <scopes>', 'what it allows: edit, jobs, admin')
        .argParser(scopes)
        .default(['edit', 'jobs'], 'edit,jobs'),
    )
    .addOption(new Option('--name <name>', 'whose it is').argParser(name).default(''))
    .addOption(new Option('--expires <time>', 'how long it counts, as in 90d (for ever)').argParser(duration))
    .addOption(stateOption())
    // Where the state is may be said of `serve` as well.
    .action(
      on(async (_: TokenArguments, command: Command) =>
        (await load()).serveToken(command.optsWithGlobals(), terminal),
      ),
    );
  token
    .command('list')
    .description('list tokens: what they allow, until when, when they were used')
    .addOption(stateOption())
    .action(
      on(async (_: StateArguments, command: Command) =>
        (await load()).listTokens(command.optsWithGlobals(), terminal),
      ),
    );
  token
    .command('revoke')
    .description('let a token count no longer')
    .argument('<id>', 'as `pipe serve token list` shows it')
    .addOption(stateOption())
    .action(
      on(async (id: string, _: StateArguments, command: Command) =>
        (await load()).revokeToken(id, command.optsWithGlobals(), terminal),
      ),
    );
  serve
    .command('webhook-secret')
    .description('print what webhooks are signed with, where no token is used')
    .addOption(stateOption())
    .action(
      on(async (_: StateArguments, command: Command) =>
        (await load()).webhookSecret(command.optsWithGlobals(), terminal),
      ),
    );
};
