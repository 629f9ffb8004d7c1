import { createHash, type Hash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { openToRead } from '../disk/regular.js';
import { isModelFile, MODEL_JSON } from '../nn/models/model-json.js';
import { type PathUse, pathsOf } from '../operator/params/index.js';
import type { GraphNode } from '../pipelines/check/graph.js';

/** SHA-256 in hexadecimal. */
export type Digest = string;

const unreadable =
  (path: string) =>
  (cause: unknown): Diagnostics => [
    failure('file/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause }),
  ];

const PIECE_BYTES = 1 << 17;

/** What earlier files were read into: a buffer for each digest that is made at the same time. */
const spare: Buffer[] = [];

// A stream would allocate a buffer for each piece, and one for the end, which is many times the size of a small photo.
const update = async (hash: Hash, path: string): Promise<void> => {
  const file = await openToRead(path);
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    spare.push(buffer);
    await file.close();
  }
};

/** The digest of a file's content, read in pieces. */
export const digestFile = (path: string): TE.TaskEither<Diagnostics, Digest> =>
  TE.tryCatch(async () => {
    const hash = createHash('sha256');
    await update(hash, path);
    return hash.digest('hex');
  }, unreadable(path));

/** The files that count of a folder: of a trained model, those that are its weights; else all. */
const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const isModel = files.some(({ parentPath, name }) => parentPath === folder && name === MODEL_JSON);
  return files
    .filter(({ parentPath, name }) => !isModel || (parentPath === folder && isModelFile(name)))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
};

/** The digest of a file, or of all files that count of a folder, with their names. */
const digestTree = (path: string, given?: readonly string[]): TE.TaskEither<Diagnostics, Digest> =>
  TE.tryCatch(async () => {
    const hash = createHash('sha256');
    const files = given ?? ((await stat(path)).isDirectory() ? await filesIn(path) : [path]);
    for (const file of files) {
      hash.update(`${file.slice(path.length)}\0`);
      await update(hash, file);
    }
    return hash.digest('hex');
  }, unreadable(path));

/** The files that an operator says matter to its results; undefined where it leaves that to what is in the folder. */
const filesOf = ({
  operator,
  params,
}: GraphNode): TE.TaskEither<Diagnostics, readonly string[] | undefined> =>
  operator.facts.weightFiles?.(params as never) ?? TE.right(undefined);

/** Weights that operators read, by the paths of the operators and of the parameters: `steps[2]/model.file`. */
export type Weights = Readonly<Record<string, Digest>>;

/** Reads all weights, and the code of operators that do not come with Prismflow. */
export const digestWeights = (nodes: readonly GraphNode[]): TE.TaskEither<Diagnostics, Weights> =>
  TE.Monad.map(
    TE.traverseArray(({ node, keys, path }: PathUse & { readonly node: GraphNode }) =>
      TE.Monad.map(
        TE.Monad.chain(filesOf(node), (files) => digestTree(path, files)),
        (digest) => [[node.path, ...keys].join('.'), digest] as const,
      ),
    )(
      nodes.flatMap((node) =>
        pathsOf(node.operator.params.shape, node.written)
          .filter(({ role }) => role === 'weights')
          .map((use) => ({ node, ...use })),
      ),
    ),
    Object.fromEntries,
  );

/**
 * The digest of what happens to an item: operators, their parameters, the content of their weights and plugins, and the
 * seed where something is drawn by it. Where items come from and go to does not matter.
 */
export const digestPipeline = (
  nodes: readonly GraphNode[],
  seed: number,
  weights: Weights,
  plugins: Readonly<Record<string, Digest>> = {},
): Digest =>
  digestOf({
    nodes: nodes.map(({ operator, written }) => [
      operator.name,
      without(
        withoutKeys(written, operator.facts.aside ?? []),
        pathsOf(operator.params.shape, written).map(({ keys }) => keys.join('.')),
      ),
    ]),
    weights: Object.values(weights),
    ...(Object.keys(plugins).length > 0 ? { plugins: Object.values(plugins) } : {}),
    ...(draws(nodes) ? { seed } : {}),
  });

/** Parameters without those that do not change what is made. */
const withoutKeys = (written: unknown, keys: readonly string[]): unknown =>
  typeof written === 'object' && written !== null && !Array.isArray(written) && keys.length > 0
    ? Object.fromEntries(Object.entries(written).filter(([key]) => !keys.includes(key)))
    : written;

/** The digest of anything that JSON can say, whatever the order of its keys. */
export const digestOf = (value: unknown): Digest =>
  createHash('sha256').update(canonical(value)).digest('hex');

/** True when random choices are made about an item, which then depend on its place in the source. */
export const draws = (nodes: readonly GraphNode[]): boolean =>
  nodes.some(({ operator, params }) => operator.facts.random?.(params as never) === true);

/** JSON with the keys of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** The value without what stands at the given paths of keys. */
const without = (value: unknown, left: readonly string[], at: readonly string[] = []): unknown => {
  if (left.includes(at.join('.')) && at.length > 0) return null;
  if (Array.isArray(value)) return value.map((each, i) => without(each, left, [...at, String(i)]));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, without(each, left, [...at, key])]))
    : value;
};
