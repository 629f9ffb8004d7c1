import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, didYouMean, failure, type Span } from '../../diagnostics/index.js';
import type { Operator, Registry } from '../../ops/index.js';
import { decodeTree } from '../parse/decode-tree.js';
import type { StepSource } from '../parse/pipeline-file.js';
import { spanAt, type Tree } from '../parse/tree.js';
import { resolveTree, type Scope } from './resolve.js';

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
  readonly params: unknown;
  readonly written: unknown;
  readonly span?: Span;
  readonly spanOf: (path: readonly string[]) => Span | undefined;
}

/** Finds a step's operator and reads its parameters. */
export const checkStep = (
  step: StepSource,
  registry: Registry,
  streams: readonly string[],
  scope: Scope,
): E.Either<Diagnostics, CheckedStep> => {
  const place = step.span === undefined ? {} : { span: step.span };
  if (streams.includes(step.name)) {
    if (step.params === undefined || (step.params.kind === 'scalar' && step.params.value === null))
      return E.right({ kind: 'stream', name: step.name, ...place });
    return E.left([failure('step/shape', `\`${step.name}\` is a stream and has no parameters.`, place)]);
  }
  const operator = registry.get(step.name);
  if (operator === undefined)
    return E.left([
      failure('step/unknown-operator', `There is no operator \`${step.name}\`.`, {
        ...place,
        hint: /^[\w.-]+:\S/.test(step.name)
          ? 'A colon needs a space after it, as in `encode: { quality: 90 }`.'
          : didYouMean(step.name, [...registry.keys(), ...streams]),
      }),
    ]);
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
