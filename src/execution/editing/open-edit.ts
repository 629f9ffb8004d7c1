import * as E from 'fp-ts/lib/Either.js';
import * as R from 'fp-ts/lib/ReadonlyRecord.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { JoinStage } from '../../pipelines/plan/stages.js';
import type { Item, ItemFailure, Outcome } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { contextOf, type RunContext } from '../context.js';
import type { LaneWork } from '../lane/lane.js';
import { openLane } from '../lane/open-lane.js';
import type { LazyRuntime } from '../tensors/tensor-runtime.js';
import type { EditPlan } from './edit-plan.js';

/** A plan whose operators are open. */
export interface OpenEdit {
  /** All that is done to one photo. */
  readonly work: LaneWork;
  readonly close: () => Promise<void>;
}

/** Opens what the operators of a plan need; when one does not open, those that are open are closed again. */
export const openEdit =
  (plan: EditPlan, run: RunContext, runtime: LazyRuntime): TE.TaskEither<Diagnostics, OpenEdit> =>
  async () => {
    const lanes = new Map<string, LaneWork>();
    const closes: (() => Promise<void>)[] = [];
    const close = async (): Promise<void> => {
      await Promise.allSettled(closes.map((each) => each()));
    };
    for (const stage of plan.stages) {
      if (stage.kind !== 'lane' || stage.parts.length === 0) continue;
      const lane = await openLane(stage.parts, run, runtime)();
      if (E.isLeft(lane)) {
        await close();
        return lane;
      }
      lanes.set(stage.id, lane.right.work);
      closes.push(lane.right.close);
    }
    return E.right({ work: through(plan, lanes, run), close });
  };

/** One photo through all stages, one after the other. */
const through =
  (plan: EditPlan, lanes: ReadonlyMap<string, LaneWork>, run: RunContext): LaneWork =>
  async (item, signal) => {
    const values = new Map<string, unknown>([...plan.sources].map((id) => [id, item.value]));
    let made: unknown = item.value;
    for (const stage of plan.stages) {
      const worked = await (stage.kind === 'join'
        ? joined(stage, item, values, run)
        : workOn(lanes.get(stage.id), { key: item.key, value: values.get(stage.reads) }, signal));
      if (E.isLeft(worked)) return worked;
      made = worked.right;
      values.set(stage.id, made);
    }
    return E.right(made);
  };

/** A lane of which nothing is left gives what it gets. */
const workOn = (
  work: LaneWork | undefined,
  item: Item<unknown>,
  signal: AbortSignal,
): Promise<E.Either<ItemFailure, unknown>> =>
  work === undefined ? Promise.resolve(E.right(item.value)) : work(item, signal);

/** What a join makes of the one item that each of its streams has. */
const joined = async (
  { node, behaviour, reads }: JoinStage,
  { key }: Item<unknown>,
  values: ReadonlyMap<string, unknown>,
  run: RunContext,
): Promise<E.Either<ItemFailure, unknown>> => {
  const flows = R.map((id: string) =>
    fromIterable<Outcome<unknown>>([E.right({ key, value: values.get(id) })]),
  )(reads);
  const items = behaviour.join(node.params, contextOf(run, node.path))(flows).open();
  try {
    const first = await items.next();
    if (first.done === true) throw new Error(`${node.path} gave nothing for one item of each stream.`);
    return E.isLeft(first.value) ? first.value : E.right(first.value.right.value);
  } finally {
    await items.close();
  }
};
