import { readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isBelow } from '../../disk/below.js';
import { dependenciesOf, findPackage, type Manifest, manifestIn } from './packages.js';
import { inOrder, limits, type Reading, read, refuse } from './reading.js';

/** Files that belong together: the modules that a plugin's file leads to, or a package. */
export interface Unit {
  /** Bytes by path, with forward slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The packages that it can import, by name. */
  readonly links: Readonly<Record<string, Link>>;
}

/** Another unit, by its place among them; or the folder of a package of the program itself. */
export type Link = number | { readonly program: string };

/** The roots of packages in the order in which they were found, each once. */
export interface Packages {
  readonly roots: readonly string[];
  readonly place: (root: string) => number;
}

/** None yet. */
export const createPackages = (): Packages => {
  const roots: string[] = [];
  return {
    roots,
    place: (root) => (roots.includes(root) ? roots.indexOf(root) : roots.push(root) - 1),
  };
};

/**
 * The packages that a module in a folder gets by their names.
 *
 * @param before how many units there are before those of the packages
 */
export const linksOf = async (
  names: readonly string[],
  folder: string,
  { place }: Packages,
  before: number,
): Promise<Unit['links']> => {
  const links: (readonly [string, Link])[] = [];
  for (const name of names) {
    const found = await findPackage(name, folder);
    if (found !== undefined)
      links.push([name, found.isProgram ? { program: found.root } : before + place(found.root)]);
  }
  return Object.fromEntries(links);
};

/** The units before, and one for each package, as more are found. */
export const readPackages = async (
  units: readonly Unit[],
  packages: Packages,
  reading: Reading,
): Promise<readonly Unit[]> => {
  const made = [...units];
  // More are found as these are read.
  for (const root of packages.roots) {
    const files = await readFolder(root, root, reading, 0);
    const asked = dependenciesOf(await manifestOf(root, reading));
    made.push({ files: inOrder(files), links: await linksOf(asked, root, packages, units.length) });
  }
  return made;
};

const manifestOf = async (root: string, { shown }: Reading): Promise<Manifest> =>
  (await manifestIn(root)) ??
  refuse(
    'pipeline/plugin',
    `The plugin ${shown} cannot be loaded: ${join(root, 'package.json')} makes no sense.`,
  );

/** What is never executed: it stays out of the copy that runs, too. */
const isLeftOut = (name: string): boolean =>
  name === 'node_modules' || name.startsWith('.') || /\.(map|md|d\.[cm]?ts)$/.test(name);

const readFolder = async (
  root: string,
  folder: string,
  reading: Reading,
  depth: number,
): Promise<readonly (readonly [string, Uint8Array])[]> => {
  if (depth > limits.depth)
    refuse('plugin/too-large', `The plugin ${reading.shown} has folders more than ${limits.depth} deep.`);
  const files: (readonly [string, Uint8Array])[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (isLeftOut(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await readFolder(root, path, reading, depth + 1)));
    else {
      const real = await realpath(path);
      if (!isBelow(root, real))
        refuse(
          'plugin/outside',
          `The plugin ${reading.shown}: ${path} leads out of its package, to ${real}.`,
        );
      files.push([relative(root, path).split(sep).join('/'), await read(real, reading)]);
    }
  }
  return files;
};
