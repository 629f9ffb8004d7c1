import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import type { Resource } from '../ops/index.js';
import type { GraphNode } from '../pipelines/check/graph.js';
import { contextOf, type RunContext } from './context.js';

/** What the operators of a run have opened, by path. */
export interface Resources {
  readonly get: (path: string) => unknown;
  readonly close: () => Promise<void>;
}

/** Opens what the operators need for the whole run. When one fails, those that are open are closed again. */
export const openResources = (
  nodes: readonly GraphNode[],
  run: RunContext,
): TE.TaskEither<Diagnostics, Resources> => {
  const open = new Map<string, Resource<unknown>>();
  const close = async (): Promise<void> => {
    await Promise.allSettled([...open.values()].map((resource) => resource.close()));
  };
  return async () => {
    for (const node of nodes) {
      const opened = await openOne(node, run)();
      if (E.isLeft(opened)) {
        await close();
        return opened;
      }
      if (opened.right !== undefined) open.set(node.path, opened.right);
    }
    return E.right({ get: (path) => open.get(path)?.value, close });
  };
};

const openOne = (
  { operator: { name, behaviour, facts }, params, path }: GraphNode,
  run: RunContext,
): TE.TaskEither<Diagnostics, Resource<unknown> | undefined> => {
  const load =
    behaviour.kind === 'map'
      ? behaviour.load
      : behaviour.kind === 'tensor'
        ? behaviour.tensor.load
        : behaviour.kind === 'scan'
          ? behaviour.scan.start
          : undefined;
  if (load === undefined) return TE.right(undefined);
  return async () => {
    try {
      const own = load(params, contextOf(run, path));
      const share = run.shared === undefined ? undefined : facts.sharedBy?.(params);
      return await (share === undefined || run.shared === undefined
        ? own
        : run.shared(JSON.stringify([name, share]), own))();
    } catch (thrown) {
      return E.left(thrown instanceof DiagnosticError ? thrown.diagnostics : [threw(path, thrown)]);
    }
  };
};

const threw = (path: string, thrown: unknown) =>
  failure('run/operator-threw', `${path}: ${messageOf(thrown)}`, { cause: thrown });
