import type * as E from 'fp-ts/lib/Either.js';
import { stringify } from 'yaml';
import type { Diagnostics } from '../diagnostics/index.js';
import { builtIn, type Operator, type Registry, type Step, type Stream, type Wire } from '../ops/index.js';
import { definedOnly } from '../ports/defined.js';
import { type Json, type NonePort, none, type Port, type Substitute, type Unify } from '../ports/index.js';
import { check } from './check/check.js';
import type { Graph } from './check/graph.js';
import type { PipelineSource, StepSource } from './parse/pipeline-file.js';
import { escapeDollars, fromJson, toJson } from './parse/tree.js';

/** A pipeline put together in code: the same graphs as in YAML, their wires checked by the compiler. */
export interface Pipeline<O extends Port = Port> {
  readonly kind: 'pipeline';
  readonly options: PipelineOptions;
  readonly steps: readonly Wire[];
  readonly output: O;
  /** The same pipeline with a name, a description or a seed. */
  readonly with: (options: PipelineOptions) => Pipeline<O>;
  /** The same as a file. Relative paths stay as they are: in code they start at the working directory. */
  readonly toYaml: () => string;
}

/** What a pipeline is called, and what its random choices start from. */
export interface PipelineOptions {
  readonly name?: string;
  readonly about?: string;
  readonly seed?: number;
}

/** The wires that fit: where a step does not take what the one before gives, its type says so instead. */
export type Wired<W extends readonly Wire[], Before> = W extends readonly [
  infer Head extends Wire,
  ...infer Rest extends readonly Wire[],
]
  ? [Unify<Head['input'], Before>] extends [never]
    ? readonly [
        { readonly 'this step takes': Head['input']['kind']; readonly 'but is given': Before },
        ...Rest,
      ]
    : readonly [Head, ...Wired<Rest, Substitute<Head['output'], Unify<Head['input'], Before>>>]
  : readonly [];

/** The port at the end. */
export type Result<W extends readonly Wire[], Before> = W extends readonly [
  infer Head extends Wire,
  ...infer Rest extends readonly Wire[],
]
  ? Result<Rest, Substitute<Head['output'], Unify<Head['input'], Before>>>
  : Before;

type Fitting<W extends readonly Wire[]> = W extends Wired<W, NonePort> ? W : Wired<W, NonePort>;

/**
 * Puts steps together to a pipeline.
 *
 * @example
 * const smaller = pipeline(
 *   files({ in: 'photos' }),
 *   decode(),
 *   resize({ width: 800 }),
 *   encode({ quality: 90 }),
 *   save({ to: 'small/{path}' }),
 * );
 * const report = await run(smaller)();
 */
export const pipeline = <const W extends readonly Wire[]>(
  ...steps: Fitting<W>
): Pipeline<Result<W, NonePort>> => withOptions({}, steps);

const withOptions = <O extends Port>(options: PipelineOptions, steps: readonly Wire[]): Pipeline<O> => ({
  kind: 'pipeline',
  options,
  steps,
  output: outputOf(steps) as O,
  with: (more) => withOptions({ ...options, ...more }, steps),
  toYaml: () => yamlOf(options, steps),
});

/** A named stream: the first step of pipelines and other streams, and what `pair` and `unpaired` put together. */
export const stream = <const W extends readonly Wire[]>(
  name: string,
  ...steps: Fitting<W>
): Stream<Result<W, NonePort>> => ({
  kind: 'stream',
  name,
  steps,
  input: none,
  output: outputOf(steps) as Result<W, NonePort>,
});

/** The port that the last step declares. Its variables are worked out by the compiler, and again by `check`. */
const outputOf = (steps: readonly Wire[]): Port => steps.at(-1)?.output ?? none;

/** Checks parameters and wires: what the type checker cannot see, such as ranges. */
export const analysePipeline = (pipeline: Pipeline): E.Either<Diagnostics, Graph> => {
  const folder = process.cwd();
  return check(sourceOf(pipeline), {
    registry: registryFor(pipeline.steps),
    set: {},
    folders: { file: folder, user: folder },
    name: 'pipeline',
  });
};

/** What the pipeline would be in a file. */
const sourceOf = ({ options: { name, about, seed = 0 }, steps }: Pipeline): PipelineSource => ({
  ...definedOnly({ name, about }),
  seed,
  params: [],
  streams: streamsIn(steps).map((each) => ({ name: each.name, steps: each.steps.map(stepSource) })),
  steps: steps.map(stepSource),
});

const stepSource = (wire: Wire): StepSource =>
  wire.kind === 'stream'
    ? { name: wire.name }
    : {
        name: wire.operator.name,
        ...(wire.params === undefined ? {} : { params: fromJson(escaped(wire.params)) }),
      };

/** In a file a dollar sign begins the name of a parameter; code has none, so here it is a dollar sign. */
const escaped = (value: unknown): unknown => {
  if (typeof value === 'string') return escapeDollars(value);
  if (Array.isArray(value)) return value.map(escaped);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]))
    : value;
};

/** All streams that steps read, each once, those first that others read. */
const streamsIn = (steps: readonly Wire[]): readonly Stream[] => [
  ...new Set(
    steps.flatMap((wire) => {
      const read = wire.kind === 'stream' ? [wire] : Object.values(wire.streams);
      return read.flatMap((each) => [...streamsIn(each.steps), each]);
    }),
  ),
];

const registryFor = (steps: readonly Wire[]): Registry => {
  const all = [...steps, ...streamsIn(steps).flatMap((each) => each.steps)];
  const operators = all.filter((wire): wire is Step => wire.kind === 'step').map(({ operator }) => operator);
  return new Map<string, Operator>([...builtIn, ...operators.map((each) => [each.name, each] as const)]);
};

const yamlOf = ({ about, seed }: PipelineOptions, steps: readonly Wire[]): string => {
  const written = (wire: Wire): Json => {
    const { name, params } = stepSource(wire);
    return params === undefined ? name : { [name]: toJson(params) };
  };
  const streams = streamsIn(steps);
  return stringify({
    version: 1,
    ...definedOnly({ about, seed }),
    ...(streams.length === 0
      ? {}
      : { streams: Object.fromEntries(streams.map((each) => [each.name, each.steps.map(written)])) }),
    steps: steps.map(written),
  });
};
