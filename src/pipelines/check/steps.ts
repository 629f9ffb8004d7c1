import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, didYouMean, failure, type Span } from '../../diagnostics/index.js';
import type { CheckedParams, Operator, Registry } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import { decodeTree } from '../parse/decode-tree.js';
import type { StepSource } from '../parse/pipeline-file.js';
import { spanAt, type Tree } from '../parse/tree.js';
import { resolveTree, type Scope } from './resolve.js';
import { unloadedOperator } from './unloaded.js';

/** A step whose name and parameters are known to be right; its ports are not looked at yet. */
export type CheckedStep = StreamStep | OperatorStep;

/** The name of a stream in the place of a source. */
export interface StreamStep {
  readonly kind: 'stream';
  readonly name: string;
  readonly span?: Span;
}

export interface OperatorStep {
  readonly kind: 'operator';
  readonly operator: Operator;
  readonly unloaded?: true;
  readonly params: CheckedParams;
  readonly written: unknown;
  readonly span?: Span;
  readonly spanOf: (path: readonly string[]) => Span | undefined;
}

/** What steps are checked against. */
export interface Known {
  readonly registry: Registry;
  /** Names of the pipeline's streams. */
  readonly streams: readonly string[];
  readonly scope: Scope;
  /** True where a plugin is not loaded: an operator that is not known may come from it. */
  readonly isPartial: boolean;
}

/**
 * Finds a step's operator and reads its parameters.
 *
 * @param isFirst whether it is the first step of its stream
 */
export const checkStep = (
  step: StepSource,
  isFirst: boolean,
  { registry, streams, scope, isPartial }: Known,
): E.Either<Diagnostics, CheckedStep> => {
  const place = definedOnly({ span: step.span });
  if (streams.includes(step.name)) {
    if (step.params === undefined || (step.params.kind === 'scalar' && step.params.value === null))
      return E.right({ kind: 'stream', name: step.name, ...place });
    return E.left([failure('step/shape', `\`${step.name}\` is a stream and has no parameters.`, place)]);
  }
  const known = registry.get(step.name);
  const operator = known ?? (isPartial ? unloadedOperator(step, isFirst, streams) : undefined);
  if (operator === undefined)
    return E.left([
      failure('step/unknown-operator', `There is no operator \`${step.name}\`.`, {
        ...place,
        hint: /^[\w.-]+:\S/.test(step.name)
          ? 'A colon needs a space after it, as in `encode: { quality: 90 }`.'
          : didYouMean(step.name, [...registry.keys(), ...streams]),
      }),
    ]);
  return pipe(
    // What takes parts may be told of some, or be given a model of some, that a plugin defines which is not loaded.
    readStep(step, operator, known === undefined || (isPartial && operator.extended !== undefined), scope),
    E.orElse((errors) =>
      isPartial && operator.extended !== undefined
        ? readStep(step, unloadedOperator(step, isFirst, streams), true, scope)
        : E.left(errors),
    ),
  );
};

const readStep = (
  step: StepSource,
  operator: Operator,
  isUnloaded: boolean,
  scope: Scope,
): E.Either<Diagnostics, OperatorStep> => {
  const place = definedOnly({ span: step.span });
  const { codec, shape } = operator.params;
  return pipe(
    step.params === undefined
      ? E.right<Diagnostics, Tree | undefined>(undefined)
      : resolveTree(step.params, shape, scope),
    E.chain((tree) =>
      pipe(
        decodeTree(
          operator.params,
          tree,
          operator.name,
          step.span,
          `\`pipe ops ${operator.name}\` explains it.`,
        ),
        E.map(
          (params): OperatorStep => ({
            kind: 'operator',
            operator,
            ...(isUnloaded ? { unloaded: true as const } : {}),
            params,
            written: codec.encode(params),
            ...place,
            spanOf: (path) => (tree === undefined ? step.span : (spanAt(tree, path, 'value') ?? step.span)),
          }),
        ),
      ),
    ),
  );
};
