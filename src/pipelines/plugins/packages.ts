import { readFileSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { isBelow } from '../../disk/below.js';
import { readBytes } from '../../disk/read.js';
import { parseJson } from '../../ports/json.js';
import { isPackageName } from './naming.js';

/** The folder of Prismflow's own package, links followed. */
export const programRoot = realpathSync(fileURLToPath(new URL('../../..', import.meta.url)));

/** True for a module of Prismflow itself. */
export const isProgram = (path: string): boolean =>
  ['dist', 'src'].some((folder) => isBelow(join(programRoot, folder), path));

const texts = t.record(t.string, t.string);

const manifest = t.partial({
  type: t.string,
  dependencies: texts,
  peerDependencies: texts,
  optionalDependencies: texts,
});

/** What counts here of a package.json. */
export type Manifest = t.TypeOf<typeof manifest>;

/** Bytes that a package.json may have. */
const MOST_BYTES = 1 << 20;

/** Reads a package.json; undefined where there is none that makes sense. */
export const manifestIn = async (folder: string): Promise<Manifest | undefined> => {
  const bytes = await readBytes(join(folder, 'package.json'), MOST_BYTES)();
  return E.isLeft(bytes) ? undefined : parsed(Buffer.from(bytes.right).toString('utf8'));
};

const parsed = (text: string): Manifest | undefined =>
  pipe(
    parseJson(text),
    E.chainW(manifest.decode),
    E.match(
      () => undefined,
      (read): Manifest | undefined => read,
    ),
  );

/** Packages that a package asks for; those that may be missing as well. */
export const dependenciesOf = ({
  dependencies = {},
  peerDependencies = {},
  optionalDependencies = {},
}: Manifest): readonly string[] =>
  [...new Set([dependencies, peerDependencies, optionalDependencies].flatMap(Object.keys))].sort();

/** Prismflow's own package and those that it stands on: plugins get the very ones that it runs with. */
const own = (): ReadonlySet<string> =>
  new Set([
    'prismflow',
    ...dependenciesOf(parsed(readFileSync(join(programRoot, 'package.json'), 'utf8')) ?? {}),
  ]);

let ownNames: ReadonlySet<string> | undefined;

/** A package that a module can import: one of the program's own, or another. */
export interface Package {
  readonly root: string;
  readonly isProgram: boolean;
}

/**
 * Finds the package that a module in a folder would get, links followed. `prismflow` is always the program that runs, and
 * what that stands on is the program's own where the module has none beside it.
 */
export const findPackage = async (name: string, folder: string): Promise<Package | undefined> => {
  // A dependency called `../..` would lead anywhere.
  if (!isPackageName(name)) return undefined;
  if (name === 'prismflow') return { root: programRoot, isProgram: true };
  ownNames ??= own();
  const found = await installed(name, folder);
  if (!ownNames.has(name)) return found === undefined ? undefined : { root: found, isProgram: false };
  const ours = await installed(name, programRoot);
  const root = found ?? ours;
  return root === undefined ? undefined : { root, isProgram: root === ours };
};

/** Looks into `node_modules` of a folder and of those above it, as Node does. */
const installed = async (name: string, folder: string): Promise<string | undefined> => {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (basename(at) !== 'node_modules') {
      const root = await realpath(join(at, 'node_modules', ...name.split('/'))).catch(() => undefined);
      if (root !== undefined && (await manifestIn(root)) !== undefined) return root;
    }
    if (dirname(at) === at) return undefined;
  }
};
