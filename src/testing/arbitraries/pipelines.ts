import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { stringify } from 'yaml';
import type { Operator } from '../../operator/operator.js';
import type { Step, Stream, Wire } from '../../operator/step.js';
import type { Registry } from '../../ops/registry.js';
import { type Pipeline, pipeline } from '../../pipelines/code.js';
import { type Bindings, none, type Port, showPort, substitute, unify } from '../../ports/index.js';
import { type ArbitraryParamsOptions, arbitraryParams } from './params.js';

/** A step as it is written: an operator and its parameters, or the name of a stream. */
export interface StepSketch {
  readonly name: string;
  readonly params?: unknown;
}

/** A pipeline as data, from which it is written as YAML or put together in code. */
export interface PipelineSketch {
  readonly seed: number;
  readonly streams: Readonly<Record<string, readonly StepSketch[]>>;
  readonly steps: readonly StepSketch[];
}

/** What arbitrary pipelines are made of. */
export interface ArbitraryPipelineOptions {
  readonly registry: Registry;
  /** Absolute paths for parameters that are paths. */
  readonly paths: NonNullable<ArbitraryParamsOptions['paths']>;
  /** Parameters of single operators, in the place of whatever their codecs accept. */
  readonly params?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** Operators that are left out. */
  readonly except?: readonly string[];
  /** Steps in a row at most. Default: 5. */
  readonly length?: number;
}

/** Steps, and the port that they lead to. */
interface Chain {
  readonly steps: readonly StepSketch[];
  readonly port: Port;
}

/** What an operator makes of a port, where it takes it. */
const through = ({ input, output }: Operator, port: Port): Port | undefined => {
  const bindings = unify(input, port);
  return E.isLeft(bindings) ? undefined : O.toUndefined(substitute(output, bindings.right));
};

const frame: Port = { kind: 'frame' };
const isFrame = (port: Port): boolean => port.kind === 'frame';

/** Draws a step of an operator. */
type StepOf = (operator: Operator) => fc.Arbitrary<StepSketch>;

/** Draws chains from a port on, of so many steps at most; `stays` keeps to operators that give the same port. */
type ChainFrom = (port: Port, most: number, stays: boolean) => fc.Arbitrary<Chain>;

const chains = (operators: readonly Operator[], step: StepOf): ChainFrom => {
  const known = new Map<string, fc.Arbitrary<Chain>>();
  const chain: ChainFrom = (port, most, stays) => {
    const name = `${showPort(port)} ${most} ${stays}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const here = fc.constant<Chain>({ steps: [], port });
    const onwards = (most === 0 ? [] : operators).flatMap((operator) => {
      const next = operator.input.kind === 'none' ? undefined : through(operator, port);
      if (next === undefined || (stays && showPort(next) !== showPort(port))) return [];
      const rest = fc.tuple(step(operator), chain(next, most - 1, stays));
      return [rest.map(([first, { steps, port: end }]): Chain => ({ steps: [first, ...steps], port: end }))];
    });
    const made = onwards.length === 0 ? here : fc.oneof({ withCrossShrink: true }, here, ...onwards);
    known.set(name, made);
    return made;
  };
  return chain;
};

const seed = fc.nat(99);

/** Pipelines that begin with a join of branches of one stream of photos. */
const joinedPipelines = (
  operator: Operator,
  photos: fc.Arbitrary<readonly StepSketch[]>,
  params: fc.Arbitrary<unknown>,
  frames: fc.Arbitrary<Chain>,
  main: (port: Port) => fc.Arbitrary<Chain>,
): readonly fc.Arbitrary<PipelineSketch>[] => {
  const names = Object.keys(operator.streams);
  const port = joined(operator);
  if (port === undefined) return [];
  return [
    fc
      .record({
        seed,
        photos,
        branches: fc.array(frames, { minLength: names.length, maxLength: names.length }),
        params,
        main: main(port),
      })
      .map(({ seed: s, photos: first, branches, params: own, main }) => ({
        seed: s,
        streams: {
          photos: first,
          ...Object.fromEntries(
            branches.map(({ steps }, i) => [`branch${i}`, [{ name: 'photos' }, ...steps]]),
          ),
        },
        steps: [
          sketchOf(operator.name, {
            ...(own as object),
            ...Object.fromEntries(names.map((name, i) => [name, `branch${i}`])),
          }),
          ...main.steps,
        ],
      })),
  ];
};

/**
 * Pipelines whose wires fit, from the operators of a registry: chains, chains that begin with a stream, joins of two
 * streams of the same items. Files that never end are left out. They shrink to fewer steps and plainer parameters.
 */
export const arbitraryPipeline = ({
  registry,
  paths,
  params = {},
  except = [],
  length = 5,
}: ArbitraryPipelineOptions): fc.Arbitrary<PipelineSketch> => {
  const operators = [...registry.values()].filter(({ name }) => !except.includes(name));
  const written = (operator: Operator): fc.Arbitrary<unknown> =>
    params[operator.name] ??
    arbitraryParams(operator.params, { paths }).filter((each) => ends(operator, each));
  const step: StepOf = (operator) => written(operator).map((each) => sketchOf(operator.name, each));
  const chain = chains(operators, step);

  const sources = operators.filter(
    ({ input, streams }) => input.kind === 'none' && Object.keys(streams).length === 0,
  );
  const begin = (operator: Operator): fc.Arbitrary<Chain> =>
    fc
      .tuple(step(operator), chain(operator.output, length, false))
      .map(([first, { steps, port }]) => ({ steps: [first, ...steps], port }));
  const plain = fc.record({ seed, main: fc.oneof(...sources.map(begin)) }).map(({ seed: s, main }) => ({
    seed: s,
    streams: {},
    steps: main.steps,
  }));

  // Streams are of frames, so that what reads them is known before they are drawn.
  const decode = operators.find(
    (operator) => through(operator, { kind: 'file' }) !== undefined && isFrame(operator.output),
  );
  const source = sources.find(({ output }) => output.kind === 'file');
  if (decode === undefined || source === undefined) return plain;

  const photos = fc.tuple(step(source), step(decode));
  const frames = chain(frame, 2, true);
  const fromStream = fc
    .record({ seed, photos, edits: frames, main: chain(frame, length - 1, false) })
    .map(({ seed: s, photos: first, edits, main }) => ({
      seed: s,
      streams: { photos: [...first, ...edits.steps] },
      steps: [{ name: 'photos' }, ...main.steps],
    }));
  const joins = operators
    .filter(({ streams }) => Object.keys(streams).length > 0)
    .flatMap((operator) =>
      joinedPipelines(operator, photos, written(operator), frames, (port) => chain(port, length - 2, false)),
    );
  return fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: plain }, fromStream, ...joins);
};

const sketchOf = (name: string, params: unknown): StepSketch =>
  typeof params === 'object' && params !== null && Object.keys(params).length === 0
    ? { name }
    : { name, params };

/** False for a source that never ends. */
const ends = ({ behaviour, params }: Operator, written: unknown): boolean => {
  if (behaviour.kind !== 'source') return true;
  const decoded = params.codec.decode(written);
  return E.isRight(decoded) && behaviour.endless?.(decoded.right) !== true;
};

/** What a join gives of streams of frames; undefined where it does not take those. */
const joined = ({ streams, output }: Operator): Port | undefined => {
  const bindings = Object.values(streams).reduce<E.Either<unknown, Bindings>>(
    (soFar, port) => E.Monad.chain(soFar, (bound) => unify(port, frame, bound)),
    E.right({}),
  );
  return E.isLeft(bindings) ? undefined : O.toUndefined(substitute(output, bindings.right));
};

const written = ({ name, params }: StepSketch): unknown => (params === undefined ? name : { [name]: params });

/** A sketch as the data of a pipeline's file. */
export const documentOf = ({ seed, streams, steps }: PipelineSketch): Readonly<Record<string, unknown>> => ({
  version: 1,
  seed,
  ...(Object.keys(streams).length === 0
    ? {}
    : {
        streams: Object.fromEntries(Object.entries(streams).map(([name, each]) => [name, each.map(written)])),
      }),
  steps: steps.map(written),
});

/** A sketch as a pipeline's file. A dollar sign in a value is written twice: alone it begins the name of a parameter. */
export const yamlOf = (sketch: PipelineSketch): string => stringify(escaped(documentOf(sketch)));

const escaped = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]))
    : value;
};

/** A sketch as a pipeline in code. Its wires fit, as the compiler would have seen. */
export const pipelineOf = ({ seed, streams, steps }: PipelineSketch, registry: Registry): Pipeline => {
  const made = new Map<string, Stream>();
  const wireOf = ({ name, params }: StepSketch): Wire => {
    const operator = registry.get(name);
    if (operator === undefined) return streamNamed(name);
    const names = Object.keys(operator.streams);
    const { input, output } = operator;
    const named = (params ?? {}) as Readonly<Record<string, string>>;
    return {
      kind: 'step',
      operator,
      params,
      streams: Object.fromEntries(names.map((each) => [each, streamNamed(named[each] ?? '')])),
      input,
      output,
    } satisfies Step;
  };
  const streamNamed = (name: string): Stream => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const wires = (streams[name] ?? []).map(wireOf);
    const output = wires.at(-1)?.output ?? none;
    const stream: Stream = { kind: 'stream', name, steps: wires, input: none, output };
    made.set(name, stream);
    return stream;
  };
  const build = pipeline as unknown as (...wires: readonly Wire[]) => Pipeline;
  return build(...steps.map(wireOf)).with({ seed });
};
