import { lstat, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { onDisk } from '../../disk/names.js';
import { type Offer, offersOf } from '../../execution/editing/offers.js';
import { safeName } from '../uploads/names.js';

/** The first line of a preset: files that do not begin with it are somebody else's. */
const MARK = '# Kept as a preset by pipe serve. Run it: pipe run';

/** Where presets are, from the folder that is served. */
const FOLDER = 'presets';

const MOST_BYTES = 2 ** 20;

/** A preset, as a file. */
export interface PresetFile {
  readonly name: string;
  /** From the folder that is served. */
  readonly file: string;
  readonly yaml: string;
}

/** Pipelines that were kept as presets, as files below a folder. */
export interface PresetFiles {
  readonly list: () => Promise<readonly PresetFile[]>;
  /** Writes a preset; never over a file that is not one. Error: `serve/preset`. */
  readonly write: (name: string, text: string) => Promise<E.Either<Diagnostics, PresetFile>>;
  /** Errors: `serve/not-found`, `serve/preset`. */
  readonly remove: (name: string) => Promise<E.Either<Diagnostics, void>>;
  /** Those as pipelines on offer. */
  readonly offers: () => Promise<readonly Offer[]>;
  /** Where the text of a chain would stand. */
  readonly folder: string;
}

/** @param served the folder that is served */
export const presetFiles = (served: string): PresetFiles => {
  const folder = join(served, FOLDER);
  const pathOf = (name: string): string => join(folder, `${name}.yaml`);
  const presetOf = (name: string, yaml: string): PresetFile => ({
    name,
    file: relative(served, pathOf(name)).replaceAll('\\', '/'),
    yaml,
  });
  const read = async (name: string): Promise<string | undefined> => {
    const stats = await lstat(pathOf(name)).catch(() => undefined);
    if (!stats?.isFile() || stats.size > MOST_BYTES) return undefined;
    const text = await readFile(onDisk(pathOf(name)), 'utf8');
    return text.startsWith(MARK) ? text : undefined;
  };
  const list = async (): Promise<readonly PresetFile[]> => {
    const names = (await readdir(folder).catch((): string[] => [])).flatMap((file) =>
      file.endsWith('.yaml') ? [file.slice(0, -5)] : [],
    );
    const presets = await Promise.all(
      names.sort().map(async (name) => {
        const yaml = await read(name);
        return yaml === undefined ? [] : [presetOf(name, yaml)];
      }),
    );
    return presets.flat();
  };
  return {
    folder,
    list,
    write: async (name, text) => {
      // What is a device on Windows is no file wherever the folder goes.
      if (safeName(name) !== name)
        return E.left([failure('serve/preset', `\`${name}\` is not the name of a file on every system.`)]);
      const yaml = `${MARK} ${FOLDER}/${name}.yaml --set photos=FOLDER\n${text}`;
      try {
        await mkdir(folder, { recursive: true });
        // Only where there is no file: another's is not written over, and no link is followed.
        const file = await open(pathOf(name), 'wx', 0o644);
        await file.writeFile(yaml);
        await file.sync();
        await file.close();
        return E.right(presetOf(name, yaml));
      } catch (thrown) {
        const isThere = (thrown as NodeJS.ErrnoException).code === 'EEXIST';
        return E.left([
          failure(
            'serve/preset',
            isThere
              ? `There is ${FOLDER}/${name}.yaml already.`
              : `${FOLDER}/${name}.yaml cannot be written: ${messageOf(thrown)}.`,
          ),
        ]);
      }
    },
    remove: async (name) => {
      if ((await read(name)) === undefined)
        return E.left([failure('serve/not-found', `There is no preset \`${name}\`.`)]);
      await unlink(pathOf(name));
      return E.right(undefined);
    },
    offers: async () => {
      const found = await Promise.all(
        (await list()).map(({ name, yaml }) =>
          offersOf({ path: pathOf(name), shown: `${FOLDER}/${name}.yaml`, text: yaml }, 'preset')(),
        ),
      );
      return found.flatMap((each) => (E.isLeft(each) ? [] : each.right));
    },
  };
};
