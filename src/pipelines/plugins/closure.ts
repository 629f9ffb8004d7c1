import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { isBelow } from '../../disk/below.js';
import { digestOf } from '../../disk/digest.js';
import { importsOf } from './imports.js';
import { type PluginName, readName } from './naming.js';
import { findPackage, isProgram, manifestIn } from './packages.js';
import { inOrder, type Reading, read, refuse } from './reading.js';
import { createPackages, linksOf, readPackages, type Unit } from './units.js';

/** The digest of all that a plugin executes: `sha256:` and 64 hexadecimal digits. */
export type PluginDigest = string;

/** All that a plugin executes but for Node and Prismflow, as it was read once: what is hashed is what runs. */
export interface Closure {
  readonly digest: PluginDigest;
  /** What is imported: a file of the first unit, or a specifier of the package that is the first unit. */
  readonly entry: { readonly kind: 'file' | 'package'; readonly name: string };
  readonly units: readonly Unit[];
}

/**
 * Reads all that a plugin executes. Of a file: the modules that it imports by relative paths, and theirs, all below a folder;
 * of a package, and of every package that is imported: all files in its folder. Errors: those of `readName`;
 * `plugin/outside`, `plugin/imports`, `plugin/too-large`, `pipeline/plugin`.
 *
 * @param shown how messages call the plugin
 * @param folder the pipeline's folder: a file must lie below it, links followed
 */
export const readClosure = async (
  name: PluginName,
  shown: string,
  folder: string,
): Promise<E.Either<Diagnostics, Closure>> => {
  try {
    return E.right(await closureOf(name, { shown, folder, files: 0, bytes: 0 }));
  } catch (thrown) {
    return E.left(
      thrown instanceof DiagnosticError
        ? thrown.diagnostics
        : [
            failure('pipeline/plugin', `The plugin ${shown} cannot be read: ${messageOf(thrown)}.`, {
              cause: thrown,
            }),
          ],
    );
  }
};

const closureOf = async (name: PluginName, reading: Reading): Promise<Closure> => {
  if (name.kind === 'package') {
    const found = await findPackage(name.package, reading.folder);
    if (found === undefined || found.isProgram)
      return refuse(
        'pipeline/plugin',
        found === undefined
          ? `The plugin ${reading.shown} is not installed: there is no such package in ${join(reading.folder, 'node_modules')} or above.`
          : `The plugin ${reading.shown} is a part of Prismflow, not a plugin.`,
      );
    const packages = createPackages();
    packages.place(found.root);
    return sealed({ kind: 'package', name: name.specifier }, await readPackages([], packages, reading));
  }
  const { entry, files, imports } = await readModules(name.path, reading);
  const packages = createPackages();
  const links = await linksOf([...imports].sort(), dirname(name.path), packages, 1);
  const units = await readPackages([{ files, links }], packages, reading);
  return sealed({ kind: 'file', name: entry }, units);
};

const sealed = (entry: Closure['entry'], units: readonly Unit[]): Closure => ({
  entry,
  units,
  digest: `sha256:${digestOf({
    entry,
    units: units.map(({ files, links }) => ({
      files: [...files].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]),
      // Where the program lies is no matter of the plugin's.
      links: Object.entries(links).map(([name, link]) => [name, typeof link === 'number' ? link : 'program']),
    })),
  })}`,
});

// Modules of a plugin that is a file.

const kinds: ReadonlySet<string> = new Set(['.mjs', '.js', '.cjs']);

interface Modules {
  readonly entry: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Names of the packages that they import. */
  readonly imports: ReadonlySet<string>;
}

const readModules = async (path: string, reading: Reading): Promise<Modules> => {
  const root = await realpath(reading.folder);
  const found = new Map<string, Uint8Array>();
  const imports = new Set<string>();
  const types = new Map<string, string | undefined>();
  const add = async (given: string, by: string, isModule: boolean): Promise<string> => {
    const real = await realpath(given).catch((): never =>
      refuse('pipeline/plugin', `The plugin ${reading.shown} cannot be loaded: there is no ${given}${by}.`),
    );
    if (!isBelow(root, real))
      refuse(
        'plugin/outside',
        `The plugin ${reading.shown} leads to ${real}${by}, which is not below ${root}.`,
      );
    if (found.has(real)) return real;
    const bytes = await read(real, reading);
    found.set(real, bytes);
    if (isModule && kinds.has(extname(real))) await follow(real, bytes);
    return real;
  };
  const follow = async (real: string, bytes: Uint8Array): Promise<void> => {
    if (extname(real) === '.js' && !types.has(dirname(real)))
      types.set(dirname(real), await moduleType(dirname(real)));
    const isCommonJs =
      extname(real) === '.cjs' || (extname(real) === '.js' && types.get(dirname(real)) !== 'module');
    const text = Buffer.from(bytes).toString('utf8');
    const named = await importsOf(text, `The plugin ${reading.shown}: ${basename(real)}`, isCommonJs);
    if (E.isLeft(named)) throw new DiagnosticError(named.left);
    const by = `, which ${basename(real)} imports`;
    for (const specifier of named.right.modules) {
      const target = targetOf(specifier, real, by, reading);
      if (target === undefined) continue;
      if (target.kind === 'package') imports.add(target.package);
      else await add(isCommonJs ? await asRequired(target.path) : target.path, by, true);
    }
    for (const file of named.right.files)
      if (/^\.{1,2}\//.test(file)) await add(asPath(file, real), `, which ${basename(real)} names`, false);
  };
  const real = await add(path, '', true);
  if (!kinds.has(extname(real)))
    refuse('pipeline/plugin', `The plugin ${reading.shown} is no JavaScript module: .mjs, .js or .cjs.`);
  return { ...relativeTo(commonFolder([...found.keys()]), real, found, types), imports };
};

/** What a specifier leads to; undefined for Node's and Prismflow's own modules. */
const targetOf = (
  specifier: string,
  from: string,
  by: string,
  { shown }: Reading,
): PluginName | undefined => {
  if (isBuiltin(specifier)) return undefined;
  if (/^\.{1,2}\//.test(specifier)) return { kind: 'file', path: asPath(specifier, from) };
  const absolute = /^file:/.test(specifier)
    ? specifier
    : /^\//.test(specifier)
      ? `file://${specifier}`
      : undefined;
  if (absolute !== undefined && isProgram(asPath(absolute, from))) return undefined;
  const name = readName(specifier, dirname(from));
  return E.isRight(name) && name.right.kind === 'package'
    ? name.right
    : refuse(
        'plugin/imports',
        `The plugin ${shown} leads to ${specifier.slice(0, 60)}${by}: a plugin imports relative paths and packages.`,
      );
};

const asPath = (specifier: string, from: string): string => {
  try {
    return fileURLToPath(new URL(specifier, pathToFileURL(from)));
  } catch {
    return refuse('plugin/imports', `${basename(from)} imports ${specifier.slice(0, 60)}, which is no path.`);
  }
};

/** CommonJS leaves endings out. */
const asRequired = async (path: string): Promise<string> => {
  for (const end of ['', '.js', '.cjs', '.json', '.node', `${sep}index.js`]) {
    const isThere = await stat(`${path}${end}`).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isThere) return `${path}${end}`;
  }
  return path;
};

/** What the nearest package.json says that a `.js` file of a folder is, if it says anything. */
const moduleType = async (folder: string): Promise<string | undefined> => {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = await manifestIn(at);
    if (manifest !== undefined || dirname(at) === at) return manifest?.type;
  }
};

/** The folder that holds all of the files, and none that is smaller does. */
const commonFolder = ([first = '', ...others]: readonly string[]): string =>
  others.reduce((folder, file) => {
    let at = folder;
    while (!isBelow(at, file)) at = dirname(at);
    return at;
  }, dirname(first));

/** The files with their places below a folder, wherever that lies; what a `.js` file is stands beside it. */
const relativeTo = (
  folder: string,
  entry: string,
  found: ReadonlyMap<string, Uint8Array>,
  types: ReadonlyMap<string, string | undefined>,
): Omit<Modules, 'imports'> => {
  const name = (path: string): string => relative(folder, path).split(sep).join('/');
  const said = [...types].map(
    ([place, type]) => [join(place, 'package.json'), Buffer.from(JSON.stringify({ type }))] as const,
  );
  const files = [...said, ...found].map(([path, bytes]): [string, Uint8Array] => [name(path), bytes]);
  return { entry: name(entry), files: inOrder(files) };
};
