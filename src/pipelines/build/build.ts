import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { map } from 'rxjs';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Item, Outcome } from '../../ports/index.js';
import { type ItemFlow, runLanes, type Scanned, scanState, share, through } from '../../streams/index.js';
import type { Plan } from '../plan/plan.js';
import { nodesOf, type ScanStage, type Stage } from '../plan/stages.js';
import { contextOf, type RunContext } from './context.js';
import { type LaneWork, laneWork } from './lane.js';
import { openResources, type Resources } from './resources.js';
import { recorded } from './skip-done.js';
import { readEngine, tensorRuntime } from './tensor-runtime.js';

/** A pipeline that is ready to run: a cold flow, and what must be closed after it. */
export interface Built {
  readonly flow: ItemFlow<unknown>;
  readonly close: () => Promise<void>;
}

/** Turns the stages of a plan into flows. Resources are opened here; nothing is worked on before the flow is pulled. */
export const build = (plan: Plan, run: RunContext): TE.TaskEither<Diagnostics, Built> =>
  pipe(
    TE.Do,
    TE.bind('engine', () => TE.fromEither(readEngine(run.engine))),
    TE.bind('resources', () => openResources(plan.stages.flatMap(nodesOf), run)),
    TE.map(({ engine, resources }) => {
      const runtime = tensorRuntime(engine, run.chosen);
      const ahead = heldBetween(plan.stages, run);
      const flows = plan.stages.reduce<ReadonlyMap<string, ItemFlow<unknown>>>((flows, stage) => {
        const work = stage.kind === 'lane' ? laneWork(stage.parts, run, resources, runtime.get) : undefined;
        const flow = flowOf(stage, work, flows, plan, run, resources);
        return new Map([
          ...flows,
          [stage.id, stage.shared ? share<Outcome<unknown>>({ ahead })(flow) : flow],
        ]);
      }, new Map());
      return {
        flow: read(flows, plan.graph.result),
        close: async () => {
          await Promise.allSettled([resources.close(), runtime.close()]);
        },
      };
    }),
  );

/** Items that one reader of a shared stage may take in before it gives any, while another one waits for it. */
const heldBetween = (stages: readonly Stage[], { jobs }: RunContext): number =>
  stages
    .map((stage) =>
      stage.kind === 'flow'
        ? (stage.node.operator.facts.holds?.(stage.node.params as never) ?? 1)
        : stage.kind === 'lane'
          ? jobs + LANES_AHEAD
          : 1,
    )
    .reduce((sum, held) => sum + held, 0);

const read = (flows: ReadonlyMap<string, ItemFlow<unknown>>, id: string): ItemFlow<unknown> => {
  const flow = flows.get(id);
  if (flow === undefined) throw new Error(`The plan has no stage ${id}.`);
  return flow;
};

const flowOf = (
  stage: Stage,
  work: LaneWork | undefined,
  flows: ReadonlyMap<string, ItemFlow<unknown>>,
  plan: Plan,
  run: RunContext,
  resources: Resources,
): ItemFlow<unknown> => {
  switch (stage.kind) {
    case 'source': {
      const { behaviour } = stage.node.operator;
      if (!('source' in behaviour)) throw new Error(`${stage.id} is no source.`);
      return behaviour.source(stage.node.params as never, contextOf(run, stage.id));
    }
    case 'join': {
      const { behaviour } = stage.node.operator;
      if (!('join' in behaviour)) throw new Error(`${stage.id} is no join.`);
      const joined = Object.fromEntries(
        Object.entries(stage.reads).map(([name, id]) => [name, read(flows, id)]),
      );
      return behaviour.join(stage.node.params as never, contextOf(run, stage.id))(joined);
    }
    case 'flow': {
      const { behaviour } = stage.node.operator;
      if (!('flow' in behaviour)) throw new Error(`${stage.id} is no flow operator.`);
      return behaviour.flow(
        stage.node.params as never,
        contextOf(run, stage.id),
      )(read(flows, stage.reads) as ItemFlow<never>);
    }
    case 'scan':
      return scanFlow(stage, run, resources)(read(flows, stage.reads));
    case 'lane': {
      if (work === undefined) throw new Error(`${stage.id} has no work.`);
      const source = read(flows, stage.reads);
      return plan.bulk?.lane === stage
        ? recorded(plan.bulk, work, run)(source)
        : inLanes(work, run.jobs)(source);
    }
  }
};

/** Results that may wait beside the items that are worked on. */
const LANES_AHEAD = 2;

/** Works on several items at once, in order; failures from above pass. */
const inLanes = (work: LaneWork, jobs: number): ((source: ItemFlow<unknown>) => ItemFlow<unknown>) =>
  runLanes<Outcome<unknown>, Outcome<unknown>>(
    (outcome, signal) => (E.isLeft(outcome) ? { now: outcome } : worked(work, outcome.right, signal)),
    { lanes: jobs, ahead: LANES_AHEAD },
  );

const worked = async (work: LaneWork, item: Item<unknown>, signal: AbortSignal): Promise<Outcome<unknown>> =>
  pipe(
    await work(item, signal),
    E.map((value) => ({ key: item.key, value })),
  );

/** Carries a state along, and gives what each step puts out. */
const scanFlow =
  ({ node, id }: ScanStage, run: RunContext, resources: Resources) =>
  (source: ItemFlow<unknown>): ItemFlow<unknown> => {
    const { behaviour } = node.operator;
    if (!('scan' in behaviour)) throw new Error(`${id} is no scan.`);
    const step = behaviour.scan.step(node.params as never, contextOf(run, id));
    return pipe(
      source,
      scanState<unknown, unknown, unknown>(
        id,
        (state, item, signal) => step(state as never, item as never, signal),
        resources.get(id),
      ),
      through<Outcome<Scanned<unknown, unknown>>, Outcome<unknown>>(
        map(E.map(({ key, value }) => ({ key, value: value.out }))),
      ),
    );
  };
