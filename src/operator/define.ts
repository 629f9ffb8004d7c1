import { definedOnly } from '../ports/defined.js';
import { type NonePort, none, type Port, type Substitute, type Unify, type Value } from '../ports/index.js';
import {
  type Behaviour,
  behaviourKinds,
  type Facts,
  type FlowBehaviour,
  type JoinBehaviour,
  type MapBehaviour,
  type ScanBehaviour,
  type SourceBehaviour,
  type TensorBehaviour,
  type Untagged,
} from './behaviour.js';
import type { Extended, Operator } from './operator.js';
import {
  type CheckedParams,
  type CheckedRecordType,
  type Decoded,
  type Fields,
  type MainValue,
  type RecordType,
  record,
  refine,
  required,
  streamName,
  type Written,
} from './params/index.js';
import type { Step, Stream } from './step.js';

interface Common<F extends Fields, M> extends Facts<Decoded<F>, Partial<Written<F>>> {
  /** As it stands in YAML: lower case, words joined by hyphens, families by dots (`degrade.haze`). */
  readonly name: string;
  /** One line for `pipe ops`, without a full stop. */
  readonly about: string;
  readonly params: F;
  /** The parameter that a lone value sets, as in `batch: 4`. */
  readonly main?: M;
}

/** What an operator is defined by. */
export type Definition<F extends Fields, M, I extends Port, O extends Port, R, S> = Common<F, M> & {
  readonly input: I;
  readonly output: O;
  /** What no single parameter can tell: continues "`encode` …", or nothing when all is well. */
  readonly complaint?: (params: Decoded<F>) => string | undefined;
  /** For an operator that parts of plugins can be added to. */
  readonly extended?: Extended;
} & (
    | SourceBehaviour<Decoded<F>, Value<O>>
    | MapBehaviour<Decoded<F>, Value<I>, Value<O>, R>
    | TensorBehaviour<Decoded<F>, R>
    | FlowBehaviour<Decoded<F>, Value<I>, Value<O>>
    | ScanBehaviour<Decoded<F>, Value<I>, Value<O>, S>
  );

/** What an operator that puts streams together is defined by: named streams in the place of an input. */
export type JoinDefinition<
  F extends Fields,
  S extends Readonly<Record<string, Port>>,
  O extends Port,
> = Common<F, never> & {
  readonly streams: S;
  readonly output: O;
} & JoinBehaviour<Decoded<F>, Value<O>>;

type Arguments<F extends Fields, M> =
  Record<never, never> extends Written<F>
    ? readonly [params?: Written<F> | MainValue<F, M>]
    : readonly [params: Written<F> | MainValue<F, M>];

/** An operator for code: called with parameters it gives a step; its `operator` is the entry of the registry. */
export interface Op<F extends Fields, M, I extends Port, O extends Port> {
  (...params: Arguments<F, M>): Step<I, O>;
  readonly operator: Operator;
}

type Streams<S extends Readonly<Record<string, Port>>> = { readonly [K in keyof S]: Stream };

/** What the variables of a join stand for, given the streams that it puts together. */
type Joined<S extends Readonly<Record<string, Port>>, G extends Streams<S>> = Intersection<
  { [K in keyof S]: Unify<S[K], G[K]['output']> }[keyof S]
>;

type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer A) => void
  ? A
  : never;

/** A join for code: called with streams and parameters it gives a step that stands at the beginning of a pipeline. */
export interface JoinOp<F extends Fields, S extends Readonly<Record<string, Port>>, O extends Port> {
  <const G extends Streams<S>>(params: G & Written<F>): Step<NonePort, Substitute<O, Joined<S, G>>>;
  readonly operator: Operator;
}

/**
 * What JavaScript can get wrong and the compiler cannot see there.
 *
 * @throws TypeError when the name cannot stand in YAML, or when there is not exactly one behaviour
 */
const sound = <D extends { readonly name: string }>(definition: D): D => {
  const { name } = definition;
  const given = behaviourKinds.filter((kind) => kind in definition);
  if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/.test(name))
    throw new TypeError(`An operator cannot be called "${name}": lower case, digits, hyphens and dots.`);
  if (given.length !== 1)
    throw new TypeError(
      `${name} must have exactly one of ${behaviourKinds.join(', ')}; it has ${given.length === 0 ? 'none' : given.join(' and ')}.`,
    );
  return definition;
};

const constrained = <A, W>(
  type: RecordType<A, W>,
  complaint: ((params: A) => string | undefined) | undefined,
): RecordType<A, W> => (complaint === undefined ? type : { ...refine(type, complaint), shape: type.shape });

/** The behaviour of a definition, which has exactly one, by its kind. */
const tagged = (definition: Untagged): Behaviour => {
  if ('source' in definition) return { ...definition, kind: 'source' };
  if ('map' in definition) return { ...definition, kind: 'map' };
  if ('tensor' in definition) return { ...definition, kind: 'tensor' };
  if ('flow' in definition) return { ...definition, kind: 'flow' };
  if ('join' in definition) return { ...definition, kind: 'join' };
  return { ...definition, kind: 'scan' };
};

/**
 * What the registry keeps of a definition. This is where its types end: its codec reads parameters, and its functions take those
 * that it has read. The cast says no more than that, and no other is needed to call them.
 */
const registered = <P, W>(
  params: RecordType<P, W>,
  definition: Facts<P>,
): Pick<Operator, 'params' | 'behaviour' | 'facts'> => {
  const erased = { params, definition } as unknown as {
    readonly params: CheckedRecordType;
    readonly definition: Untagged & Facts<CheckedParams>;
  };
  return { params: erased.params, behaviour: tagged(erased.definition), facts: erased.definition };
};

/**
 * Defines an operator: its name, its parameters, its ports, and exactly one behaviour.
 *
 * @example
 * export const invert = defineOp({
 *   name: 'invert',
 *   about: 'Turn light into dark and dark into light',
 *   params: {},
 *   input: frame,
 *   output: frame,
 *   tensor: { program: (tf) => (picture) => tf.sub(1, picture) },
 * });
 */
export const defineOp = <
  const F extends Fields,
  const I extends Port,
  const O extends Port,
  const M extends (keyof F & string) | undefined = undefined,
  R = undefined,
  S = undefined,
>(
  definition: Definition<F, M, I, O, R, S>,
): Op<F, M, I, O> => {
  const { name, about, params, main, input, output, complaint, extended } = sound(definition);
  const operator: Operator = {
    name,
    about,
    ...registered(constrained(record(params, main), complaint), definition),
    input,
    output,
    streams: {},
    ...definedOnly({ extended }),
  };
  return Object.assign(
    (...[written]: Arguments<F, M>): Step<I, O> => ({
      kind: 'step',
      operator,
      params: operator.facts.sideStreams === undefined ? written : withNames(written),
      streams: operator.facts.sideStreams === undefined ? {} : streamsIn(written, 'reads'),
      input,
      output,
    }),
    { operator },
  );
};

const isStream = (value: unknown): value is Stream =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'stream';

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** The streams that stand in parameters, by where they stand. */
const streamsIn = (value: unknown, at: string): Step['streams'] =>
  isStream(value)
    ? { [at]: value }
    : Object.assign({}, ...entriesOf(value).map(([key, each]) => streamsIn(each, `${at}.${key}`)));

/** Parameters with the names of streams in the place of streams. */
const withNames = (value: unknown): unknown => {
  if (isStream(value)) return value.name;
  if (Array.isArray(value)) return value.map(withNames);
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(entriesOf(value).map(([key, each]) => [key, withNames(each)]))
    : value;
};

/**
 * Defines an operator that puts named streams together.
 *
 * @example
 * export const pair = defineJoin({
 *   name: 'pair',
 *   about: 'Put two streams of the same items side by side',
 *   params: {},
 *   streams: { from: variable('from'), to: variable('to') },
 *   output: pairPort(variable('from'), variable('to')),
 *   join: () => ({ from, to }) => zipped(from, to),
 * });
 */
export const defineJoin = <
  const F extends Fields,
  const S extends Readonly<Record<string, Port>>,
  const O extends Port,
>(
  definition: JoinDefinition<F, S, O>,
): JoinOp<F, S, O> => {
  const { name, about, params, streams, output } = sound(definition);
  const names = Object.keys(streams);
  const references = Object.fromEntries(
    names.map((stream) => [stream, required(streamName, 'A stream of the `streams` section')]),
  );
  const operator: Operator = {
    name,
    about,
    ...registered(record({ ...references, ...params }), definition),
    input: none,
    output,
    streams,
  };
  const step = (given: Readonly<Record<string, unknown>> & Streams<S>): Step<NonePort> => ({
    kind: 'step',
    operator,
    params: { ...given, ...Object.fromEntries(names.map((stream) => [stream, given[stream]?.name])) },
    streams: Object.fromEntries(names.flatMap((stream) => (given[stream] ? [[stream, given[stream]]] : []))),
    input: none,
    output,
  });
  // The types of the ports are worked out by the compiler; at run time `check/` unifies them anew.
  return Object.assign(step, { operator }) as JoinOp<F, S, O>;
};
