import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, didYouMean, failure, type Span } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { CheckedStep } from './steps.js';

/** A stream that something reads, and where it says so. */
export interface StreamUse {
  readonly name: string;
  readonly span?: Span;
}

/** The streams that a step reads: the one that it names, those that it joins, or those that it reads beside its items. */
export const streamsOf = (step: CheckedStep): readonly StreamUse[] => {
  if (step.kind === 'stream') return [{ name: step.name, ...(step.span ? { span: step.span } : {}) }];
  const joined = Object.keys(step.operator.streams).map((param) => ({
    stream: joinedStream(step.params, param),
    at: [param],
  }));
  return [...joined, ...(step.operator.facts.sideStreams?.(step.params) ?? [])].map(({ stream, at }) => {
    const span = step.spanOf(at);
    return { name: stream, ...(span ? { span } : {}) };
  });
};

/** The stream that a parameter of a join names. */
export const joinedStream = (params: unknown, param: string): string =>
  String(Object.entries(params ?? {}).find(([name]) => name === param)?.[1]);

/**
 * Puts streams in an order in which each comes after those that it reads.
 *
 * @param reads what each stream reads
 */
export const inOrder = (
  reads: ReadonlyMap<string, readonly StreamUse[]>,
): E.Either<Diagnostics, readonly string[]> => {
  const visit = (
    name: string,
    above: readonly string[],
    done: readonly string[],
    use: StreamUse,
  ): E.Either<Diagnostics, readonly string[]> => {
    if (done.includes(name)) return E.right(done);
    const place = definedOnly({ span: use.span });
    if (above.includes(name))
      return E.left([
        failure(
          'stream/cycle',
          `\`${name}\` needs itself: ${[...above.slice(above.indexOf(name)), name].join(' → ')}.`,
          place,
        ),
      ]);
    const uses = reads.get(name);
    if (uses === undefined)
      return E.left([
        failure('stream/unknown', `There is no stream \`${name}\`.`, {
          ...place,
          hint: didYouMean(name, [...reads.keys()]),
        }),
      ]);
    return E.Monad.map(
      uses.reduce<E.Either<Diagnostics, readonly string[]>>(
        (soFar, next) => E.Monad.chain(soFar, (order) => visit(next.name, [...above, name], order, next)),
        E.right(done),
      ),
      (order) => [...order, name],
    );
  };
  return [...reads.keys()].reduce<E.Either<Diagnostics, readonly string[]>>(
    (soFar, name) => E.Monad.chain(soFar, (order) => visit(name, [], order, { name })),
    E.right([]),
  );
};
