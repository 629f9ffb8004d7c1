import * as E from 'fp-ts/lib/Either.js';
import { identity } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { AnyRecordType } from '../../operator/params/index.js';
import type { Operator } from '../../ops/index.js';
import { none, type Port, variable } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import type { StepSource } from '../parse/pipeline-file.js';
import type { Graph, GraphNode } from './graph.js';

/** What travels on the wires of an operator that is not known: it fits every port. */
const [given, unknown]: readonly [Port, Port] = [variable('given'), variable('unknown')];

/** Parameters that nobody reads, taken as they are; none where none are written. */
const whatever: AnyRecordType = {
  codec: new t.Type('parameters', t.unknown.is, (given) => t.success(given ?? {}), identity),
  shape: { kind: 'record', fields: {} },
};

/**
 * What stands in a graph for an operator that may come from a plugin which is not loaded. It takes all parameters; as the
 * first step it is a source, or a join where its parameters name streams; else it makes one item of each. It never runs.
 */
export const unloadedOperator = (
  { name, params }: StepSource,
  isFirst: boolean,
  streams: readonly string[],
): Operator => {
  const joined = isFirst && params?.kind === 'map' ? params.entries : [];
  const reads = joined.flatMap(({ key, value }) =>
    value.kind === 'scalar' && typeof value.value === 'string' && streams.includes(value.value) ? [key] : [],
  );
  const unable = (): Diagnostics => [
    failure('plugin/not-allowed', `\`${name}\` comes from a plugin that is not loaded.`),
  ];
  return {
    name,
    about: 'May come from a plugin that is not loaded',
    params: whatever,
    input: isFirst ? none : given,
    output: unknown,
    streams: Object.fromEntries(reads.map((key) => [key, given])),
    behaviour:
      reads.length > 0
        ? { kind: 'join', join: () => () => fromIterable([]) }
        : isFirst
          ? { kind: 'source', source: () => fromIterable([]) }
          : { kind: 'map', map: () => () => TE.left(unable()) },
    facts: { shape: () => E.left(unable()) },
  };
};

/** True for a pipeline that can run: each of its operators is known. */
export const isLoaded = ({ nodes }: Pick<Graph, 'nodes'>): boolean => !nodes.some(isUnloaded);

/** True for a node whose operator may come from a plugin that is not loaded. */
export const isUnloaded = ({ unloaded }: GraphNode): boolean => unloaded === true;
