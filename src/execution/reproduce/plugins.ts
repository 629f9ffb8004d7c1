import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { builtIn, type Registry } from '../../ops/index.js';
import { readAllowed } from '../../pipelines/plugins/allowed.js';
import type { PluginDigest } from '../../pipelines/plugins/closure.js';
import { isDigest } from '../../pipelines/plugins/digest.js';
import { readName, shownName } from '../../pipelines/plugins/naming.js';
import {
  allowedBy,
  type Inspected,
  inspect,
  loadInto,
  mustBeAllowed,
  type PluginPolicy,
  type PluginUse,
} from '../../pipelines/plugins.js';
import type { Receipt } from '../../records/receipts/receipt.js';
import { pluginNames } from './parts.js';
import { type Places, within } from './within.js';

/** Asks whether a plugin may run. */
export type Ask = (plugin: PluginUse) => Promise<boolean>;

/**
 * The operators of a receipt's pipeline. A receipt has no say over code: a plugin is known by the digest of its content, is
 * looked for only where files may be read for the receipt or where the user allowed it, and runs only if that very content
 * was allowed on this machine, or the user says so now.
 * Errors: `receipt/plugin`, `plugin/not-allowed`, and those of reading a plugin.
 */
export const operatorsFor =
  (receipt: Receipt, places: Places, policy: PluginPolicy, ask: Ask): TE.TaskEither<Diagnostics, Registry> =>
  async () => {
    const allowed = await allowedBy(policy)();
    if (E.isLeft(allowed)) return allowed;
    let registry: Registry = builtIn;
    for (const name of pluginNames(receipt.pipeline)) {
      const found = await findPlugin(name, receipt, places);
      if (E.isLeft(found)) return found;
      const { use, closure } = found.right;
      if (!allowed.right(use.digest) && !(policy !== 'refuse' && (await ask(use))))
        return E.left([mustBeAllowed(use)]);
      const loaded = await loadInto(registry, { name }, closure)();
      if (E.isLeft(loaded)) return loaded;
      registry = loaded.right.registry;
    }
    return E.right(registry);
  };

const findPlugin = async (
  name: string,
  { folder, plugins = {} }: Receipt,
  places: Places,
): Promise<E.Either<Diagnostics, Inspected>> => {
  const meant = readName(name, folder);
  if (E.isLeft(meant)) return meant;
  const digest = Object.hasOwn(plugins, name) ? plugins[name] : undefined;
  if (digest === undefined || !isDigest(digest))
    return missing(`The receipt names the plugin ${shownName(name)} without the digest of its content.`);
  const named =
    meant.right.kind === 'package'
      ? places.roots.map((root) => ({ name, folder: root }))
      : await namedIn(places, meant.right.path);
  const kept = await keptPlaces(digest);
  if (E.isLeft(kept)) return kept;
  for (const place of [...named, ...kept.right]) {
    const found = await inspect(place, place.folder)();
    if (E.isRight(found) && found.right.use.digest === digest) return found;
  }
  return missing(
    `The plugin ${shownName(name)} with the content ${digest} that the receipt names is not to be found.`,
  );
};

const missing = (message: string): E.Either<Diagnostics, never> =>
  E.left([failure('receipt/plugin', message)]);

/** A plugin by its name, and the folder that it must lie below or is installed for. */
interface Place {
  readonly name: string;
  readonly folder: string;
}

const namedIn = async (places: Places, path: string): Promise<readonly Place[]> => {
  const real = await within(places, path);
  if (real === undefined) return [];
  const holders = await Promise.all(
    places.roots.map(async (root) => ((await within({ roots: [root] }, real)) === undefined ? [] : [root])),
  );
  return holders.flat().map((folder) => ({ name: real, folder }));
};

/** Where it was when the user allowed it, as the user's own record says. */
const keptPlaces = (digest: PluginDigest): Promise<E.Either<Diagnostics, readonly Place[]>> =>
  TE.Monad.map(readAllowed, (kept) =>
    kept.filter((each) => each.digest === digest).map(({ name, folder }): Place => ({ name, folder })),
  )();
