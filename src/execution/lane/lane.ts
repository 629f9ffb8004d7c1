import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { LanePart } from '../../pipelines/plan/stages.js';
import {
  codecOf,
  type Frame,
  type Item,
  type ItemFailure,
  type ItemKey,
  type Port,
  showPort,
  travelsOn,
} from '../../ports/index.js';
import { attempt, diagnosticsOf } from '../../streams/index.js';
import { contextOf, type RunContext } from '../context.js';
import { collect, LARGE } from '../memory/collect.js';
import { keepCount } from '../memory/residents.js';
import { roomFor } from '../memory/room.js';
import type { Resources } from '../resources.js';
import { tensorGroup } from '../tensors/tensor-group.js';
import type { TensorRuntime } from '../tensors/tensor-runtime.js';
import { beginTimeLimit, isTimedOut } from '../time-limit.js';
import { apart, asFloats, brokenLaw, noPicture } from './run-time-laws.js';

/** What all operators of a lane do to one item, one after the other. */
export type LaneWork = (item: Item<unknown>, signal: AbortSignal) => Promise<E.Either<ItemFailure, unknown>>;

/** One operator, or one fused group, at work on one item. */
interface Worker {
  /** Path of the operator, for failures; of a group, the first one's. */
  readonly path: string;
  readonly output: Port;
  readonly work: (item: Item<unknown>, signal: AbortSignal) => TE.TaskEither<Diagnostics, unknown>;
}

/**
 * Puts the parts of a lane together. An item begins when there is memory for all of it. Whatever a part fails at, or throws, is
 * the failure of the item at that part.
 *
 * @param targets whether it is known that no two items are written to one file; if not, the second is refused
 */
export const laneWork = (
  parts: readonly LanePart[],
  run: RunContext,
  resources: Resources,
  tensors: TE.TaskEither<Diagnostics, TensorRuntime>,
  targets: 'told apart' | 'to be told apart',
): LaneWork => {
  const workers = (run.laws ? apart(parts) : parts).map((part) => {
    const worker = workerOf(part, run, resources, tensors);
    return targets === 'told apart' ? worker : tellingApart(part, worker);
  });
  const room = roomFor(parts, run, resources, ({ key }, path) => cancelled(key, path));
  const through = async (
    { key, value }: Item<unknown>,
    isLarge: boolean,
    signal: AbortSignal,
  ): ReturnType<LaneWork> => {
    const limit = beginTimeLimit(run, key, signal);
    try {
      let current = run.laws ? asFloats(value) : value;
      for (const { path, output, work } of workers) {
        // A cancelled lane ends between two operators as well.
        if (signal.aborted) return E.left(cancelled(key, path));
        limit.entering(path, current);
        if (run.entering !== undefined) await run.entering(path, key);
        const result = await limit.race(
          attempt(path, { key, value: current }, (item) =>
            pipe(
              work(item, limit.signal),
              TE.filterOrElse((given) => travelsOn(output, given), wrongValue(path, output)),
            ),
          ),
        );
        if (isTimedOut(result)) return E.left(result.timedOut);
        if (E.isLeft(result)) return result;
        const broken = run.laws ? brokenLaw(path, result.right) : noPicture(path, current, result.right);
        if (broken !== undefined) return E.left({ key, operator: path, diagnostics: [broken] });
        current = run.laws ? asFloats(result.right) : result.right;
        if (isLarge) collect();
      }
      return E.right(current);
    } finally {
      limit.end();
    }
  };
  return async (item, signal) => {
    const entered = await room(item, signal).catch((thrown: unknown) =>
      E.left(threw(item.key, workers[0]?.path ?? '', thrown)),
    );
    if (E.isLeft(entered)) return entered;
    try {
      const worked = await through(item, entered.right.bytes >= LARGE, signal);
      if (E.isRight(worked) && run.room !== undefined) keepCount(run.room, worked.right);
      return worked;
    } finally {
      entered.right.release();
    }
  };
};

const workerOf = (
  part: LanePart,
  run: RunContext,
  resources: Resources,
  tensors: TE.TaskEither<Diagnostics, TensorRuntime>,
): Worker => {
  if (part.kind === 'map') {
    const { node, behaviour } = part;
    const context = contextOf(run, node.path);
    return {
      path: node.path,
      output: node.output,
      work: behaviour.map(node.params, context, resources.get(node.path)),
    };
  }
  const [first, ...others] = part.members;
  const last = others.at(-1) ?? first;
  const group = tensorGroup(
    part.members.map((member) => ({
      ...member,
      context: contextOf(run, member.node.path),
      loaded: resources.get(member.node.path),
    })),
    tensors,
  );
  return {
    path: first.node.path,
    output: last.node.output,
    // Tensor operators take frames alone: what comes was looked at where it was made.
    work: (item, signal) => group(item as Item<Frame>, signal),
  };
};

/** Lets a sink write each file once: a second item for the same one is refused, before the first is written over. */
const tellingApart = (part: LanePart, worker: Worker): Worker => {
  const sink = part.kind === 'map' ? part.node.operator.facts.sink : undefined;
  if (part.kind !== 'map' || sink === undefined) return worker;
  const written = new Map<string, ItemKey>();
  return {
    ...worker,
    work: (item, signal) => {
      const { key, value } = item as Item<unknown>;
      const extension = travelsOn({ kind: 'encoded' }, value) ? value.extension : undefined;
      return pipe(
        TE.fromEither(sink.file(part.node.params, key, extension)),
        TE.chain((target) => {
          const other = written.get(target);
          if (other !== undefined && other.path !== key.path) return TE.left(sameOutput(other, key, target));
          written.set(target, key);
          return worker.work(item, signal);
        }),
      );
    },
  };
};

const sameOutput = (one: ItemKey, other: ItemKey, target: string): Diagnostics => [
  failure(
    'file/same-output',
    `${one.path} was written to ${target} already; ${other.path} would replace it.`,
  ),
];

const wrongValue =
  (path: string, output: Port) =>
  (value: unknown): Diagnostics => [
    failure(
      'run/wrong-value',
      `${path} gave ${value === null ? 'null' : typeof value} where it declares ${showPort(output)}: it must be a ${codecOf(output).name}.`,
    ),
  ];

/** The failure of an item whose need of memory could not be told, since an operator threw when it was asked. */
const threw = (key: ItemKey, operator: string, thrown: unknown): ItemFailure => ({
  key,
  operator,
  diagnostics: diagnosticsOf(`${operator} cannot tell what it needs`, thrown),
});

/** The failure of an item whose run was stopped. */
export const cancelled = (key: ItemKey, operator: string): ItemFailure => ({
  key,
  operator,
  diagnostics: [failure('run/cancelled', 'Stopped before it was finished.')],
});
