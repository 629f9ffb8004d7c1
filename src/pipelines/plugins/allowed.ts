import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { writeAtomically } from '../../disk/write.js';
import { parseJson } from '../../ports/json.js';
import type { PluginDigest } from './closure.js';
import { isDigest } from './digest.js';
import { configFolder } from './user-folders.js';

/** A plugin that the user allowed on this machine. */
export interface AllowedPlugin {
  readonly digest: PluginDigest;
  /** How the pipeline called it. */
  readonly name: string;
  /** The pipeline's folder, which the name starts from. */
  readonly folder: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const digest = new t.Type<string>(
  'digest',
  (value): value is string => typeof value === 'string' && isDigest(value),
  (value, context) =>
    typeof value === 'string' && isDigest(value) ? t.success(value) : t.failure(value, context),
  t.identity,
);

const record = t.type({
  version: t.literal(1),
  allowed: t.array(t.type({ digest, name: t.string, folder: t.string, at: t.string })),
});

/** The file that keeps them. */
export const allowedPath = (): string => join(configFolder(), 'plugins.json');

/** Bytes that the file may have: some ten thousand plugins. */
const MOST_BYTES = 4 << 20;

/** The plugins that the user allowed on this machine. Errors: `plugin/config` where the file is damaged. */
export const readAllowed: TE.TaskEither<Diagnostics, readonly AllowedPlugin[]> = () =>
  readAllowedIn(allowedPath());

/** The plugins that a file says were allowed. */
export const readAllowedIn = async (
  path: string,
): Promise<E.Either<Diagnostics, readonly AllowedPlugin[]>> => {
  const bytes = await readBytes(path, MOST_BYTES)();
  if (E.isLeft(bytes))
    return bytes.left[0].code === 'image/not-found'
      ? E.right([])
      : E.left([failure('plugin/config', bytes.left[0].message)]);
  return pipe(
    parseJson(Buffer.from(bytes.right).toString('utf8')),
    E.chainW(record.decode),
    E.bimap(
      (): Diagnostics => [failure('plugin/config', `${path} is damaged: it is no list of allowed plugins.`)],
      ({ allowed }) => allowed,
    ),
  );
};

/**
 * Keeps that the user allowed plugins; what was allowed before stays. The file is replaced as a whole or not at all.
 * Errors: `plugin/config` where it is damaged, `plugin/not-kept` where it cannot be written.
 */
export const allow = (plugins: readonly AllowedPlugin[]): TE.TaskEither<Diagnostics, void> => {
  const path = allowedPath();
  return pipe(
    () => readAllowedIn(path),
    TE.chain((before) => {
      const others = before.filter((each) => plugins.every((plugin) => plugin.digest !== each.digest));
      const text = JSON.stringify({ version: 1, allowed: [...others, ...plugins] }, null, 2);
      return pipe(
        TE.tryCatch(() => mkdir(dirname(path), { recursive: true, mode: 0o700 }), messageOf),
        TE.chain(() =>
          pipe(
            writeAtomically(path, Buffer.from(`${text}\n`)),
            TE.mapLeft(([{ message }]) => message),
          ),
        ),
        TE.mapLeft(
          (reason): Diagnostics => [
            failure('plugin/not-kept', `That the plugin is allowed cannot be kept in ${path}: ${reason}`),
          ],
        ),
      );
    }),
  );
};
