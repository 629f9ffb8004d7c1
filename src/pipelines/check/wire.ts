import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { type Diagnostic, type Diagnostics, failure, type Span } from '../../diagnostics/index.js';
import type { Operator, Registry } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type Bindings, none, type Port, samePort, showPort, substitute, unify } from '../../ports/index.js';
import type { GraphNode } from './graph.js';
import type { CheckedStep, OperatorStep } from './steps.js';
import { joinedStream } from './streams.js';

/** The node at the end of a chain of steps. */
export type Tail = Pick<GraphNode, 'path' | 'output'> & { readonly name: string };

/** What is wired so far. A stream that could not be wired has no tail: what reads it is not complained about again. */
export interface Wiring {
  readonly nodes: readonly GraphNode[];
  readonly tails: ReadonlyMap<string, Tail | undefined>;
  readonly diagnostics: readonly Diagnostic[];
}

export const nothingWired: Wiring = { nodes: [], tails: new Map(), diagnostics: [] };

/**
 * Wires a chain of steps one after the other, unifying the port that each takes with the one before it gives.
 *
 * @param name the stream that the chain makes; `steps` for the pipeline's own
 * @param steps undefined where a step is wrong in itself: the wiring ends there
 */
export const wireChain =
  (name: string, section: string, steps: readonly (CheckedStep | undefined)[], registry: Registry) =>
  (wiring: Wiring): Wiring => {
    const wireFrom = (i: number, before: Tail | undefined, soFar: Wiring): Wiring => {
      const step = steps[i];
      if (i === steps.length) return withTail(soFar, name, before);
      if (step === undefined) return withTail(soFar, name, undefined);
      if (step.kind === 'stream') {
        if (i > 0)
          return withTail(
            complain(soFar, notFirst(`the stream \`${step.name}\``, step.span)),
            name,
            undefined,
          );
        const tail = soFar.tails.get(step.name);
        return tail === undefined ? withTail(soFar, name, undefined) : wireFrom(1, tail, soFar);
      }
      const wired = wireStep(`${section}[${i}]/${step.operator.name}`, step, before, soFar.tails, registry);
      if (E.isLeft(wired)) return withTail(complain(soFar, ...wired.left), name, undefined);
      if (wired.right === undefined) return withTail(soFar, name, undefined);
      const node = wired.right;
      const leak = leakInto(node, soFar.nodes);
      if (leak !== undefined) return withTail(complain(soFar, leak), name, undefined);
      return wireFrom(
        i + 1,
        { path: node.path, output: node.output, name: step.operator.name },
        { ...soFar, nodes: [...soFar.nodes, node] },
      );
    };
    return wireFrom(0, undefined, wiring);
  };

const withTail = (wiring: Wiring, name: string, tail: Tail | undefined): Wiring => ({
  ...wiring,
  tails: new Map([...wiring.tails, [name, tail]]),
});

const complain = (wiring: Wiring, ...diagnostics: readonly Diagnostic[]): Wiring => ({
  ...wiring,
  diagnostics: [...wiring.diagnostics, ...diagnostics],
});

const notFirst = (what: string, span: Span | undefined): Diagnostic =>
  failure(
    'step/not-first',
    `${what[0]?.toUpperCase()}${what.slice(1)} can only be the first step.`,
    span ? { span } : {},
  );

/** A stream beside the items that is made of what the items are made of: what one reads would be missing from the other. */
const leakInto = (
  { operator, params, reads, spanOf }: GraphNode,
  nodes: readonly GraphNode[],
): Diagnostic | undefined => {
  const above = (path: string): readonly string[] => {
    const node = nodes.find((each) => each.path === path);
    return [path, ...Object.values(node?.reads ?? {}).flatMap(above)];
  };
  const own = new Set(above(reads.items ?? ''));
  const leak = operator.facts
    .sideStreams?.(params)
    .find(({ name }) => above(reads[name] ?? '').some((path) => own.has(path)));
  return (
    leak &&
    failure(
      'stream/beside-items',
      `\`${operator.name}\` reads \`${leak.stream}\` beside its items, and both are made of the same photos.`,
      definedOnly({ span: spanOf(leak.at) }),
    )
  );
};

/** The node of a step; undefined when a stream that it joins is not there, which has been said already. */
const wireStep = (
  path: string,
  step: OperatorStep,
  before: Tail | undefined,
  tails: ReadonlyMap<string, Tail | undefined>,
  registry: Registry,
): E.Either<Diagnostics, GraphNode | undefined> => {
  const { operator, span } = step;
  const place = definedOnly({ span });
  const isSource = operator.input.kind === 'none';
  if (isSource && before !== undefined) return E.left([notFirst(`\`${operator.name}\``, span)]);
  if (!isSource && before === undefined)
    return E.left([
      failure(
        'step/no-source',
        `\`${operator.name}\` takes ${showPort(operator.input)}, but nothing comes before it.`,
        { ...place, ...suggest(sourcesOf(operator.input, registry), 'Begin with') },
      ),
    ]);
  const feeds = feedsOf(step, before, tails);
  if (feeds === undefined) return E.right(undefined);
  const fitting = pipe(
    bind(feeds, step, registry),
    E.chainFirst(() => {
      const objection = objectionOf(step, before);
      return objection === undefined
        ? E.right(undefined)
        : E.left<Diagnostics>([failure('value/invalid', `\`${operator.name}\` ${objection}.`, place)]);
    }),
  );
  return E.Monad.map(fitting, (bindings) => ({
    path,
    operator,
    ...(step.unloaded ? { unloaded: true as const } : {}),
    params: step.params,
    written: step.written,
    reads: Object.fromEntries(feeds.map(({ name, tail }) => [name, tail.path])),
    input: O.getOrElse(() => operator.input)(substitute(operator.input, bindings)),
    output: O.getOrElse(() => operator.output)(substitute(operator.output, bindings)),
    ...place,
    spanOf: step.spanOf,
  }));
};

/** What the operator has against what it is given, with these parameters. */
const objectionOf = ({ operator, params }: OperatorStep, before: Tail | undefined): string | undefined =>
  before && before.output.kind !== 'variable' ? operator.facts.objection?.(params, before.output) : undefined;

interface Feed {
  readonly name: string;
  readonly expected: Port;
  readonly tail: Tail;
  readonly span: Span | undefined;
}

const feedsOf = (
  { operator, params, span, spanOf }: OperatorStep,
  before: Tail | undefined,
  tails: ReadonlyMap<string, Tail | undefined>,
): readonly Feed[] | undefined => {
  const feeds =
    before === undefined
      ? Object.entries(operator.streams).map(([name, expected]) => {
          const tail = tails.get(joinedStream(params, name));
          return tail === undefined ? undefined : { name, expected, tail, span: spanOf([name]) };
        })
      : [
          { name: 'items', expected: operator.input, tail: before, span },
          ...(operator.facts.sideStreams?.(params) ?? []).map(({ name, stream, at, carries }) => {
            const tail = tails.get(stream);
            return tail && { name, expected: carries(before.output), tail, span: spanOf(at) };
          }),
        ];
  return feeds.every((feed) => feed !== undefined) ? feeds : undefined;
};

/** Fits every feed to the port that is expected of it. */
const bind = (
  feeds: readonly Feed[],
  { operator }: OperatorStep,
  registry: Registry,
): E.Either<Diagnostics, Bindings> =>
  feeds.reduce<E.Either<Diagnostics, Bindings>>(
    (soFar, { expected, tail, span }) =>
      E.Monad.chain(soFar, (bindings) =>
        E.mapLeft((): Diagnostics => {
          const wanted = O.getOrElse(() => expected)(substitute(expected, bindings));
          return [
            failure(
              'step/port-mismatch',
              `\`${operator.name}\` takes ${showPort(wanted)}, but \`${tail.name}\` before it gives ${showPort(tail.output)}.`,
              {
                ...definedOnly({ span }),
                ...suggest(bridgesBetween(tail.output, wanted, registry), 'Put', 'between them'),
              },
            ),
          ];
        })(unify(expected, tail.output, bindings)),
      ),
    E.right({}),
  );

const suggest = (operators: readonly Operator[], before: string, after = ''): { readonly hint?: string } => {
  const names = operators.slice(0, 3).map(({ name }) => `\`${name}\``);
  return names.length === 0
    ? {}
    : { hint: `${before} ${names.join(' or ')}${after === '' ? '' : ` ${after}`}.` };
};

/** Operators that turn the one port into the other, not counting those that leave everything as it is. */
const bridgesBetween = (from: Port, to: Port, registry: Registry): readonly Operator[] =>
  [...registry.values()].filter(({ input, output }) => {
    const fitting = unify(input, from);
    if (input.kind === 'none' || samePort(input, output) || E.isLeft(fitting)) return false;
    const given = substitute(output, fitting.right);
    return O.isSome(given) && E.isRight(unify(to, given.value));
  });

const sourcesOf = (port: Port, registry: Registry): readonly Operator[] =>
  [...registry.values()].filter(
    ({ input, output, streams }) =>
      samePort(input, none) && Object.keys(streams).length === 0 && E.isRight(unify(port, output)),
  );
