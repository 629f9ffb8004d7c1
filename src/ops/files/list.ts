import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type Diagnostic, DiagnosticError, failure } from '../../diagnostics/index.js';
import { depthOf, type Matcher, matcherOf } from '../../disk/glob.js';
import { createLeftOut } from '../../disk/left-out.js';
import { onDisk } from '../../disk/names.js';
import { permissions, unreadableFolder, walk } from '../../disk/walk.js';
import { reasonToLeave } from '../../image/decoding/recognise.js';
import { definedOnly } from '../../ports/defined.js';
import { linksWithin } from './links.js';

/** A folder and the paths below it, with forward slashes: kept as short as can be, for there may be a million. */
export interface Listed {
  readonly folder: string;
  readonly paths: readonly string[];
  /** Folders that cannot be read, by their paths below the folder, and why. */
  readonly unreadable: readonly { readonly path: string; readonly fault: Diagnostic }[];
  /** What is said of files that are no pictures; absent where there are none. */
  readonly leftOut?: Diagnostic;
}

/** Files whose first bytes are looked at side by side. */
const AT_ONCE = 32;

/**
 * The files of a folder, in the order of their paths: those that fit one of the patterns, or without patterns those that are
 * pictures, whatever they are called; of a file, that file. Hidden files and folders are left out, upper and lower case are the same in
 * patterns. Links are followed by `follow` alone, to files within the folder, and keep their own names. Errors: `file/missing`, `file/unreadable` where nothing at all can be read.
 */
export const listFiles = async (
  path: string,
  patterns: readonly string[] | undefined,
  signal: AbortSignal,
  links: 'skip' | 'follow' = 'skip',
): Promise<Listed> => {
  const stats = await stat(onDisk(path)).catch((thrown: unknown) => {
    throw new DiagnosticError([missing(path, thrown)]);
  });
  if (!stats.isDirectory()) return { folder: dirname(path), paths: [basename(path)], unreadable: [] };
  const isWanted: Matcher = patterns === undefined ? () => true : matcherOf(patterns);
  const paths: string[] = [];
  const unreadable: { readonly path: string; readonly fault: Diagnostic }[] = [];
  const leftOut = createLeftOut();
  let unknown: { readonly name: string; readonly file: string }[] = [];
  const sidecars: string[] = [];
  const targetOf = linksWithin(path);
  const recognise = async (): Promise<void> => {
    const reasons = await Promise.all(unknown.map(({ name, file }) => reasonToLeave(file, undefined, name)));
    for (const [i, { name }] of unknown.entries()) {
      const reason = reasons[i];
      if (reason === undefined) paths.push(name);
      else if (/\.xmp$/i.test(name)) sidecars.push(name);
      else leftOut.add(name, reason);
    }
    unknown = [];
  };
  const take = (name: string, file: string): void => {
    if (patterns === undefined) unknown.push({ name, file });
    else paths.push(name);
  };
  for await (const found of walk(path, signal, patterns === undefined ? undefined : depthOf(patterns))) {
    if (found.kind === 'unreadable')
      unreadable.push({ path: found.path, fault: unreadableFolder(join(path, found.path), found.cause) });
    else if (found.kind === 'link' && isWanted(found.path)) {
      const target =
        links === 'follow'
          ? await targetOf(join(path, found.path))
          : {
              what: 'a link, which is not followed',
              hint: 'Follow links within the folder: `links: follow`.',
            };
      if ('what' in target) leftOut.add(found.path, target);
      else take(found.path, target.file);
    } else if (found.kind === 'special' && isWanted(found.path))
      leftOut.add(found.path, { what: 'a pipe, a socket or a device' });
    else if (found.kind === 'file' && isWanted(found.path)) take(found.path, join(path, found.path));
    if (unknown.length === AT_ONCE) await recognise();
  }
  await recognise();
  const stems = new Set(sidecars.length === 0 ? [] : paths.flatMap((each) => [each, stemOf(each)]));
  for (const name of sidecars)
    if (!stems.has(stemOf(name))) leftOut.add(name, { what: 'a sidecar without its photo' });
  const told = leftOut.told();
  // By code units: the same order on every machine, whatever its language.
  return { folder: path, paths: paths.sort(), unreadable, ...definedOnly({ leftOut: told }) };
};

const stemOf = (path: string): string => path.slice(0, path.length - extname(path).length);

const missing = (path: string, thrown: unknown): Diagnostic => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'EACCES' || code === 'EPERM'
    ? failure('file/unreadable', `${path} may not be read by this user.`, {
        hint: permissions,
        cause: thrown,
      })
    : failure('file/missing', `There is no ${path}.`, { cause: thrown });
};
