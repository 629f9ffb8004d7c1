import { rmSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readlink, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { readBytes } from '../../disk/read.js';
import type { Closure } from './closure.js';
import type { Link } from './units.js';
import { cacheFolder } from './user-folders.js';

/** The module that imports a package from beside its copy, so that Node finds what the package exports. */
const PACKAGE_ENTRY = 'load.mjs';

const modules = new Map<string, Promise<unknown>>();

/**
 * Imports a plugin from a copy of the very bytes that its digest was made of: what happens to its files afterwards, or
 * happened since, has no part in it. The copy lies in the user's cache, of which nobody else has a say; a plugin whose
 * digest was imported before is not run again.
 */
export const importClosure = (closure: Closure): Promise<unknown> => {
  const known = modules.get(closure.digest);
  if (known !== undefined) return known;
  const made = importCopy(closure);
  modules.set(closure.digest, made);
  made.catch(() => modules.delete(closure.digest));
  return made;
};

const importCopy = async (closure: Closure): Promise<unknown> => {
  const folder = await copyOf(closure);
  const { kind, name } = closure.entry;
  if (kind === 'file') return import(pathToFileURL(join(folder, '0', ...name.split('/'))).href);
  const entry = (await import(pathToFileURL(join(folder, PACKAGE_ENTRY)).href)) as {
    readonly load: () => Promise<unknown>;
  };
  return entry.load();
};

/** Where the copy is: made now, or by an earlier process and still what it was. */
const copyOf = async (closure: Closure): Promise<string> => {
  const cache = join(cacheFolder(), 'plugins');
  const place = join(cache, closure.digest.replace('sha256:', ''));
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    if (!(await isOurs(cache))) return await temporaryCopy(closure);
    if (await isWhole(place, closure)) return await realpath(place);
    await rm(place, { recursive: true, force: true });
    const made = await mkdtemp(join(cache, 'new-'));
    await write(made, place, closure);
    await rename(made, place).catch(async (thrown) => {
      await rm(made, { recursive: true, force: true });
      // Another process made the same meanwhile.
      if (!(await isWhole(place, closure))) throw thrown;
    });
    return await realpath(place);
  } catch {
    // The cache cannot be written: a home that is read-only, a full disk.
    return temporaryCopy(closure);
  }
};

/** A copy for this process alone. */
const temporaryCopy = async (closure: Closure): Promise<string> => {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'prismflow-plugin-')));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  await write(made, made, closure);
  return made;
};

/** True for a folder that no other user can write to. */
const isOurs = async (folder: string): Promise<boolean> => {
  if (process.getuid === undefined) return true;
  const { uid, mode } = await lstat(folder);
  return uid === process.getuid() && (mode & 0o022) === 0;
};

/** What a copy consists of, by path within it. */
const filesOf = ({ units, entry }: Closure): readonly (readonly [string, Uint8Array])[] => [
  ...units.flatMap(({ files }, i) => [...files].map(([name, bytes]) => [`${i}/${name}`, bytes] as const)),
  ...(entry.kind === 'package'
    ? [
        [
          PACKAGE_ENTRY,
          Buffer.from(`export const load = () => import(${JSON.stringify(entry.name)});\n`),
        ] as const,
      ]
    : []),
];

/** The links of a copy: from a package's place in a unit's `node_modules` to that package. */
const linksOf = (folder: string, { units, entry }: Closure): readonly (readonly [string, string])[] => {
  const target = (link: Link): string =>
    typeof link === 'number' ? join(folder, String(link)) : link.program;
  const own: readonly (readonly [string, string])[] =
    entry.kind === 'package' ? [[join('node_modules', ...packageOf(entry.name)), join(folder, '0')]] : [];
  return [
    ...own,
    ...units.flatMap(({ links }, i) =>
      Object.entries(links).map(
        ([name, link]) => [join(String(i), 'node_modules', ...name.split('/')), target(link)] as const,
      ),
    ),
  ];
};

const packageOf = (specifier: string): readonly string[] =>
  specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);

/** @param home where the folder will be when it is whole: its links lead there */
const write = async (folder: string, home: string, closure: Closure): Promise<void> => {
  for (const [name, bytes] of filesOf(closure)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes, { flag: 'wx' });
  }
  for (const [name, target] of linksOf(home, closure)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    // A junction is what Windows lets everybody make.
    await symlink(target, path, 'junction');
  }
};

const isWhole = async (folder: string, closure: Closure): Promise<boolean> => {
  for (const [name, bytes] of filesOf(closure)) {
    const found = await readBytes(join(folder, name), bytes.length)();
    if (E.isLeft(found) || Buffer.compare(found.right, bytes) !== 0) return false;
  }
  for (const [name, target] of linksOf(folder, closure))
    if ((await readlink(join(folder, name)).catch(() => undefined)) !== target) return false;
  return true;
};
