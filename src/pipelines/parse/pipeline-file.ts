import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { all, type Diagnostics, failure, type Span, struct } from '../../diagnostics/index.js';
import {
  anything,
  type Decoded,
  defaulted,
  integer,
  listOf,
  number,
  oneOf,
  optional,
  record,
  required,
  text,
} from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import { decodeTree } from './decode-tree.js';
import { type Entry, entryOf, type Tree } from './tree.js';
import { limits } from './yaml.js';

/** What a file says: one pipeline, or several by name, as written and with places. */
export interface PipelineFile {
  readonly plugins: readonly Named[];
  readonly pipelines: readonly PipelineSource[];
}

/** A name and its place. */
export interface Named {
  readonly name: string;
  readonly span?: Span;
}

/** One pipeline as written. */
export interface PipelineSource {
  /** Absent for the only pipeline of a file. */
  readonly name?: string;
  readonly about?: string;
  readonly seed: number;
  /** Where the queue is that its photos are worked on by. */
  readonly on?: string;
  readonly params: readonly ParamSource[];
  readonly streams: readonly (Named & { readonly steps: readonly StepSource[] })[];
  readonly steps: readonly StepSource[];
}

/** A parameter as declared: `strength: { type: number, default: 1, min: 0, max: 1 }`. */
export interface ParamSource extends Named {
  readonly declaration: ParamDeclaration;
  /** The declaration, for the places in it. */
  readonly tree: Tree;
}

/** The fields of a parameter's declaration. */
export const declarationFields = {
  type: required(oneOf('path', 'text', 'number', 'integer', 'boolean', 'choice'), 'What the parameter is'),
  default: optional(anything, 'What it is when nobody gives it'),
  about: optional(text, 'What it is for'),
  min: optional(number(), 'The least that a number can be'),
  max: optional(number(), 'The most that a number can be'),
  options: optional(listOf(text), 'What a choice can be'),
};

export type ParamDeclaration = Decoded<typeof declarationFields>;

/** A step as written: the name of an operator or a stream, and its parameters. */
export interface StepSource extends Named {
  readonly params?: Tree;
}

/** The fields of a pipeline, at the top of a file or below `pipelines`. */
export const pipelineFields = {
  about: optional(text, 'One line that says what the pipeline does'),
  seed: defaulted(integer({ min: 0 }), 0, 'Decides all random choices'),
  on: optional(text, 'The queue whose workers do it (redis://host:6379), once the user allows that'),
  params: optional(anything, 'Parameters, given with --set'),
  streams: optional(anything, 'Named streams that steps can begin with'),
  steps: required(anything, 'The steps, in order'),
};

/** The fields of every file. */
export const fileFields = {
  version: required(oneOf(1), 'The version of the pipeline language'),
  plugins: optional(listOf(text), 'JavaScript modules with operators of your own'),
};

const onePipeline = record({ ...fileFields, ...pipelineFields });
const manyPipelines = record({
  ...fileFields,
  about: optional(text, 'What the file is for'),
  pipelines: required(anything, 'Pipelines by name'),
});
const pipelineCodec = record(pipelineFields);
const declarationCodec = record(declarationFields);

/** Reads the sections of a file. */
export const readPipelineFile = (tree: Tree): E.Either<Diagnostics, PipelineFile> => {
  if (tree.kind !== 'map')
    return refuse('value/type', 'A pipeline’s file is a mapping that begins with `version: 1`.', tree.span);
  const pipelines = entryOf(tree, 'pipelines');
  const read: E.Either<Diagnostics, PipelineFile> =
    pipelines === undefined
      ? pipe(
          decodeTree(onePipeline, tree),
          E.chain((head) => readPipeline(tree, head)),
          E.map((pipeline) => ({ plugins: readPlugins(tree), pipelines: [pipeline] })),
        )
      : pipe(
          decodeTree(manyPipelines, tree),
          E.chain(() => readNamed(pipelines, 'pipelines', readNamedPipeline)),
          E.map((pipelines) => ({ plugins: readPlugins(tree), pipelines })),
        );
  return E.Monad.chain(read, withinSteps);
};

const refuse = (
  code: Parameters<typeof failure>[0],
  message: string,
  span: Span | undefined,
  hint?: string,
): E.Either<Diagnostics, never> =>
  E.left([
    failure(code, message, {
      ...definedOnly({ span, hint }),
    }),
  ]);

const readNamedPipeline = ({ name, span }: Named, tree: Tree): E.Either<Diagnostics, PipelineSource> =>
  pipe(
    decodeTree(pipelineCodec, tree, name, span),
    E.chain((head) => readPipeline(tree, head)),
    E.map((pipeline) => ({ ...pipeline, name })),
  );

const readPipeline = (
  tree: Tree,
  {
    about,
    seed,
    on,
  }: { readonly about: string | undefined; readonly seed: number; readonly on: string | undefined },
): E.Either<Diagnostics, PipelineSource> => {
  const [params, streams, steps] = ['params', 'streams', 'steps'].map((key) => entryOf(tree, key));
  return pipe(
    struct({
      params: params === undefined ? E.right([]) : readNamed(params, 'params', readParam),
      streams: streams === undefined ? E.right([]) : readNamed(streams, 'streams', readStream),
      steps: readSteps(steps),
    }),
    E.map((sections) => ({ ...definedOnly({ about, on }), seed, ...sections })),
  );
};

const namePattern = /^[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;

/** Reads a mapping of names to something. */
const readNamed = <A>(
  { value, keySpan }: Entry,
  section: string,
  read: (named: Named, tree: Tree) => E.Either<Diagnostics, A>,
): E.Either<Diagnostics, readonly A[]> => {
  if (value.kind !== 'map')
    return refuse('value/type', `\`${section}\` must be a mapping of names.`, value.span ?? keySpan);
  return all(
    value.entries.map((entry): E.Either<Diagnostics, A> => {
      const named = { name: entry.key, ...definedOnly({ span: entry.keySpan }) };
      return namePattern.test(entry.key)
        ? read(named, entry.value)
        : refuse('pipeline/name', `\`${entry.key}\` cannot be a name.`, entry.keySpan);
    }),
  );
};

const readParam = (named: Named, tree: Tree): E.Either<Diagnostics, ParamSource> =>
  pipe(
    decodeTree(declarationCodec, tree, `params.${named.name}`, named.span),
    E.map((declaration) => ({ ...named, declaration, tree })),
  );

const readStream = (named: Named, tree: Tree) =>
  pipe(
    readSteps({ key: named.name, value: tree, ...definedOnly({ keySpan: named.span }) }),
    E.map((steps) => ({ ...named, steps })),
  );

const readSteps = (entry: Entry | undefined): E.Either<Diagnostics, readonly StepSource[]> => {
  if (entry === undefined) return E.right([]);
  const { key, value, keySpan } = entry;
  if (value.kind !== 'list' || value.items.length === 0)
    return refuse(
      'value/type',
      `\`${key}\` must be a list of steps.`,
      value.kind === 'list' || value.kind === 'map' ? keySpan : (value.span ?? keySpan),
      'Write each step on a line of its own that begins with `- `.',
    );
  // Said before any of them is looked at: work on them grows faster than their number.
  if (value.items.length > limits.steps)
    return refuse('pipeline/too-many-steps', tooManySteps(value.items.length), keySpan);
  return all(value.items.map(readStep));
};

const tooManySteps = (count: number): string =>
  `There are ${count} steps; a file has at most ${limits.steps}.`;

/** A file of which no part has too many steps, but all parts together. */
const withinSteps = (file: PipelineFile): E.Either<Diagnostics, PipelineFile> => {
  const count = file.pipelines
    .flatMap(({ steps, streams }) => [steps, ...streams.map((stream) => stream.steps)])
    .reduce((sum, { length }) => sum + length, 0);
  return count > limits.steps
    ? refuse('pipeline/too-many-steps', tooManySteps(count), undefined)
    : E.right(file);
};

const readStep = (tree: Tree): E.Either<Diagnostics, StepSource> => {
  if (tree.kind === 'scalar' && typeof tree.value === 'string')
    return E.right({ name: tree.value, ...definedOnly({ span: tree.span }) });
  if (tree.kind !== 'map' || tree.entries.length === 0)
    return refuse('step/shape', 'This is not a step.', tree.span);
  const [step, stray] = tree.entries;
  if (stray !== undefined)
    return refuse(
      'step/shape',
      `A step is one operator, but \`${stray.key}\` stands beside \`${step?.key}\`.`,
      stray.keySpan,
      `If \`${stray.key}\` is a parameter of \`${step?.key}\`, indent it further; if it is a step, begin its line with \`- \`.`,
    );
  return E.right({
    name: step?.key ?? '',
    ...(step?.keySpan === undefined ? {} : { span: step.keySpan }),
    ...(step === undefined ? {} : { params: step.value }),
  });
};

const readPlugins = (tree: Tree): readonly Named[] => {
  const value = entryOf(tree, 'plugins')?.value;
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.flatMap((item) =>
    item.kind === 'scalar' ? [{ name: String(item.value), ...definedOnly({ span: item.span }) }] : [],
  );
};
