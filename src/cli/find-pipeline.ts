import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf, nearest } from '../diagnostics/index.js';
import { bytesFrom, openToRead } from '../disk/regular.js';
import { parse, type SourceFile } from '../pipelines/compile.js';
import { textOf } from '../pipelines/parse/encoding.js';
import { limits } from '../pipelines/parse/yaml.js';
import { shippedModelNames, shippedPipeline } from '../pipelines/shipped.js';
import { definedOnly } from '../ports/defined.js';

/** A file, and which of its pipelines is meant. */
export interface Found {
  readonly file: SourceFile;
  readonly pipeline?: string;
}

/** Where a folder's pipelines are. */
export const HOME = 'pipelines.yaml';

/**
 * Finds what the user means: a file (`edit.yaml`), a pipeline of a file (`edit.yaml#dehaze`), a pipeline of the folder's
 * pipelines.yaml (`dehaze`), that of a model that ships (`dehaze` where the folder has none of that name, or
 * `prismflow:dehaze`), or, when nothing is given, the folder's pipelines.yaml itself.
 */
export const findPipeline = (
  target: string | undefined,
  folder: string,
): TE.TaskEither<Diagnostics, Found> => {
  if (target === undefined) return found(HOME, undefined, folder, missingHome(undefined));
  const hash = target.lastIndexOf('#');
  if (hash > 0)
    return found(target.slice(0, hash), target.slice(hash + 1), folder, missingFile(target.slice(0, hash)));
  const inFile = () => found(target, undefined, folder, missingFile(target));
  if (/\.ya?ml$/i.test(target)) return inFile();
  return pipe(
    TE.fromTask(() => isFile(resolve(folder, target))),
    TE.chain((isThere) => (isThere ? inFile() : named(target, folder))),
  );
};

/** A pipeline by its name: of the folder, or else of a model that ships. */
const named = (name: string, folder: string): TE.TaskEither<Diagnostics, Found> => {
  return pipe(
    TE.fromTask(shipped(name, folder)),
    TE.chain((ofModel) => {
      if (name.startsWith(SHIPPED))
        return ofModel === undefined ? TE.left(notShipped(name)) : TE.right(ofModel);
      return pipe(
        TE.fromTask(() => isFile(resolve(folder, HOME))),
        TE.chain((isThere) => {
          if (isThere) return found(HOME, name, folder, missingHome(name));
          return ofModel === undefined
            ? TE.leftTask(async () => missingHome(name, await shippedModelNames()))
            : TE.right(ofModel);
        }),
        TE.map((home) => (ofModel === undefined || holds(home, name) ? home : ofModel)),
      );
    }),
  );
};

/** Whether a file has a pipeline of a name; what cannot be read has it, so that it is said what is wrong with it. */
const holds = ({ file }: Found, name: string): boolean =>
  pipe(
    parse(file.shown ?? file.path, file.text),
    E.match(
      () => true,
      ({ pipelines }) => pipelines.some((each) => each.name === name),
    ),
  );

const SHIPPED = 'prismflow:';

/** The pipeline of a model that ships, whose relative paths start at the user's folder; undefined where there is no such model. */
const shipped =
  (name: string, folder: string): T.Task<Found | undefined> =>
  async () => {
    const model = name.startsWith(SHIPPED) ? name.slice(SHIPPED.length) : name;
    const found = await shippedPipeline(model);
    return found === undefined
      ? undefined
      : { file: { path: resolve(folder, `${model}.yaml`), shown: `${SHIPPED}${model}`, text: found.text } };
  };

/** Where the drop folder's pipeline is. */
export const DROP_FOLDER = 'watch/watch.yaml';

/** The same for `pipe watch`, where nothing given means the drop folder. */
export const findWatched = (target: string | undefined, folder: string): TE.TaskEither<Diagnostics, Found> =>
  target === undefined
    ? found(DROP_FOLDER, undefined, folder, missingDropFolder)
    : findPipeline(target, folder);

const missingDropFolder: Diagnostics = [
  failure('pipeline/not-found', `There is no ${DROP_FOLDER} in this folder.`, {
    hint: '`pipe new watch` makes a drop folder here; `pipe watch NAME` watches for any pipeline.',
  }),
];

/** Whether a regular file is there, links followed. */
export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );

const found = (
  path: string,
  pipeline: string | undefined,
  folder: string,
  missing: Diagnostics,
): TE.TaskEither<Diagnostics, Found> => {
  const absolute = resolve(folder, path);
  return pipe(
    TE.fromTask(() => isFile(absolute)),
    TE.filterOrElse(
      (isThere) => isThere,
      () => missing,
    ),
    TE.chain(() =>
      TE.tryCatch(
        () => beginningOf(absolute),
        (cause): Diagnostics => [
          failure('pipeline/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause }),
        ],
      ),
    ),
    TE.chainEitherK((bytes) => textOf(bytes, path)),
    TE.map((text) => ({
      file: { path: absolute, shown: shortest(absolute, folder), text },
      ...definedOnly({ pipeline }),
    })),
  );
};

/** As much of a file as a pipeline can have, and a byte more, which the parser refuses. */
const beginningOf = async (path: string): Promise<Buffer> => {
  const file = await openToRead(path);
  try {
    return await bytesFrom(file, 0, Math.min(limits.bytes + 1, (await file.stat()).size));
  } finally {
    await file.close();
  }
};

const shortest = (absolute: string, folder: string): string => {
  const way = relative(folder, absolute);
  return way.startsWith('..') ? absolute : way;
};

const notShipped = (name: string): Diagnostics => [
  failure('pipeline/not-found', `No model that ships has a pipeline \`${name}\`.`, {
    hint: '`pipe models` lists those that ship.',
  }),
];

const missingFile = (path: string): Diagnostics => [
  failure('pipeline/not-found', `There is no file ${path}.`),
];

const missingHome = (name: string | undefined, shippedNames: readonly string[] = []): Diagnostics => {
  const guess = name === undefined ? undefined : nearest(name, shippedNames);
  return [
    failure(
      'pipeline/not-found',
      name === undefined
        ? `There is no ${HOME} in this folder.`
        : `\`${name}\` is no file and no model that ships, and there is no ${HOME} in this folder that could hold a pipeline of that name.`,
      {
        hint: `${guess === undefined ? '' : `Did you mean \`${guess}\`? `}Give the path of a YAML file, start with \`pipe new\`, or look at \`pipe models\`.`,
      },
    ),
  ];
};
