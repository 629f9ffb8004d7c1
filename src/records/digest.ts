import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure } from '../diagnostics/index.js';
import { type Digest, digestOf, unreadableFile, updateWith } from '../disk/digest.js';
import { isModelFile, MODEL_JSON } from '../nn/models/model-json.js';
import { type PathUse, pathsOf } from '../operator/params/index.js';
import type { GraphNode } from '../pipelines/check/graph.js';

/** What the weights of one parameter can be together: no network that runs here has as many. */
const MOST_BYTES = 16 * 2 ** 30;
const MOST_FILES = 10_000;

const tooLarge = (what: string): DiagnosticError =>
  new DiagnosticError([failure('weights/too-large', `${what}: these are no weights.`)]);

/** The files that count of a folder: of a trained model, those that are its weights; else all. */
const filesIn = async (folder: string): Promise<readonly string[]> => {
  const files: Dirent[] = [];
  let seen = 0;
  for await (const entry of await opendir(folder, { recursive: true })) {
    seen += 1;
    if (seen > MOST_FILES) throw tooLarge(`${folder} holds more than ${MOST_FILES} files and folders`);
    if (entry.isFile()) files.push(entry);
  }
  const isModel = files.some(({ parentPath, name }) => parentPath === folder && name === MODEL_JSON);
  return files
    .filter(({ parentPath, name }) => !isModel || (parentPath === folder && isModelFile(name)))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
};

/** Throws where the files are so large together that reading them would take for ever, as a file with holes can be. */
const checkSize = async (path: string, files: readonly string[]): Promise<void> => {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  if (bytes <= MOST_BYTES) return;
  throw tooLarge(
    `${path} has ${Math.round(bytes / 1e9)} GB, and the limit is ${Math.round(MOST_BYTES / 1e9)} GB`,
  );
};

/** The files of a path of weights, in order; of a file, itself. */
const treeOf = async (path: string, given?: readonly string[]): Promise<readonly string[]> => {
  const files = given ?? ((await stat(path)).isDirectory() ? await filesIn(path) : [path]);
  await checkSize(path, files);
  return files;
};

/** The digest of a file, or of all files that count of a folder, with their names. */
const digestTree = (path: string, given?: readonly string[]): TE.TaskEither<Diagnostics, Digest> =>
  TE.tryCatch(
    async () => {
      const hash = createHash('sha256');
      for (const file of await treeOf(path, given)) {
        hash.update(`${file.slice(path.length)}\0`);
        await updateWith(hash, file);
      }
      return hash.digest('hex');
    },
    (cause) => (cause instanceof DiagnosticError ? cause.diagnostics : unreadableFile(path)(cause)),
  );

/** The files that an operator says matter to its results; undefined where it leaves that to what is in the folder. */
const filesOf = ({
  operator,
  params,
}: GraphNode): TE.TaskEither<Diagnostics, readonly string[] | undefined> =>
  operator.facts.weightFiles?.(params) ?? TE.right(undefined);

/** Weights that operators read, by the paths of the operators and of the parameters: `steps[2]/model.file`. */
export type Weights = Readonly<Record<string, Digest>>;

/** A path of weights that an operator reads. */
export interface WeightsUse extends PathUse {
  readonly node: GraphNode;
  /** The paths of the operator and of the parameter. */
  readonly at: string;
}

/** The paths of weights that operators read, in order. */
export const weightsUsed = (nodes: readonly GraphNode[]): readonly WeightsUse[] =>
  nodes.flatMap((node) =>
    pathsOf(node.operator.params.shape, node.written)
      .filter(({ role }) => role === 'weights')
      .map((use) => ({ node, at: [node.path, ...use.keys].join('.'), ...use })),
  );

/** Reads all weights, and the code of operators that do not come with Prismflow. */
export const digestWeights = (nodes: readonly GraphNode[]): TE.TaskEither<Diagnostics, Weights> =>
  TE.Monad.map(
    TE.traverseArray(({ node, at, path }: WeightsUse) =>
      TE.Monad.map(
        TE.Monad.chain(filesOf(node), (files) => digestTree(path, files)),
        (digest) => [at, digest] as const,
      ),
    )(weightsUsed(nodes)),
    Object.fromEntries,
  );

/** Weights that an operator reads: where they are, and the files that count of them. */
export interface WeightsPlace {
  readonly at: string;
  readonly path: string;
  readonly files: readonly string[];
}

/** The files that are read for the digests of weights. Errors: `weights/too-large`, those of reading. */
export const weightsPlaces = (
  nodes: readonly GraphNode[],
): TE.TaskEither<Diagnostics, readonly WeightsPlace[]> =>
  TE.traverseArray(({ node, at, path }: WeightsUse) =>
    TE.Monad.chain(filesOf(node), (given) =>
      TE.tryCatch(
        async (): Promise<WeightsPlace> => ({ at, path, files: await treeOf(path, given) }),
        (cause) => (cause instanceof DiagnosticError ? cause.diagnostics : unreadableFile(path)(cause)),
      ),
    ),
  )(weightsUsed(nodes));

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

/** True when random choices are made about an item, which then depend on its place in the source. */
export const draws = (nodes: readonly GraphNode[]): boolean =>
  nodes.some(({ operator, params }) => operator.facts.random?.(params) === true);

/** The value without what stands at the given paths of keys. */
const without = (value: unknown, left: readonly string[], at: readonly string[] = []): unknown => {
  if (left.includes(at.join('.')) && at.length > 0) return null;
  if (Array.isArray(value)) return value.map((each, i) => without(each, left, [...at, String(i)]));
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, without(each, left, [...at, key])]))
    : value;
};
