import * as E from 'fp-ts/lib/Either.js';
import { identity, pipe } from 'fp-ts/lib/function.js';
import * as R from 'fp-ts/lib/ReadonlyRecord.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { map } from 'rxjs';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import {
  type LaneStage,
  nodesOf,
  nodesOfPart,
  type ScanStage,
  type Stage,
} from '../pipelines/plan/stages.js';
import { definedOnly } from '../ports/defined.js';
import type { Item, ItemKey, Outcome } from '../ports/index.js';
import { type Ledger, openLedger } from '../records/journal/ledger.js';
import { type ItemFlow, runLanes, type Scanned, scanState, share, through, until } from '../streams/index.js';
import { contextOf, type RunContext } from './context.js';
import type { OpenElsewhere } from './elsewhere/elsewhere.js';
import { sentElsewhere } from './elsewhere/sent-lane.js';
import { type LaneWork, laneWork } from './lane/lane.js';
import { warmUp } from './lane/warm-up.js';
import { counted } from './memory/residents.js';
import { createMemory } from './memory/room.js';
import { endingInVain } from './passes.js';
import type { Plan } from './plan/plan.js';
import { flowThrough, sourceFlow } from './plan/source-flows.js';
import { recorded } from './recording/recorded-lane.js';
import { openRecorder, type Recorder, watchingFor } from './recording/recorder.js';
import { guarded } from './recovery/isolated-lane.js';
import { openResources, type Resources } from './resources.js';
import { inputsOf, recordedResults } from './results.js';
import { beginAfter, leaveOutThrough, type Resumption, takenUp } from './resume.js';
import { canStart, engineSourceOf } from './tensors/engine-choice.js';
import { type TensorRuntime, tensorRuntime } from './tensors/tensor-runtime.js';

/** A pipeline that is ready to run: a cold flow, and what must be closed after it. */
export interface Built {
  readonly flow: ItemFlow<unknown>;
  /** @param isStopped whether the user stopped the run, and does not want to wait for native code */
  readonly close: (isStopped: boolean) => Promise<void>;
}

/** What stages need to become flows. */
interface Site {
  readonly plan: Plan;
  readonly run: RunContext;
  readonly resources: Resources;
  readonly tensors: TE.TaskEither<Diagnostics, TensorRuntime>;
  /** The records of a bulk pipeline. */
  readonly recorder: Recorder | undefined;
  /** Where photos are worked on, if that is not here. */
  readonly away: OpenElsewhere | undefined;
  /** What the run is taken up from, if it is. */
  readonly from: Resumption | undefined;
}

/**
 * Turns the stages of a plan into flows. Resources are opened here; nothing is worked on before the flow is pulled. When one does not
 * open, or something throws, those that are open are closed again.
 */
export const build =
  (plan: Plan, run: RunContext, from?: Resumption): TE.TaskEither<Diagnostics, Built> =>
  async () => {
    const closing = createClosing();
    try {
      const built = await buildWith(closing, plan, run, from)();
      if (E.isLeft(built)) await closing.close(false);
      return built;
    } catch (thrown) {
      await closing.close(false);
      return E.left(
        thrown instanceof DiagnosticError
          ? thrown.diagnostics
          : [failure('run/operator-threw', `The run cannot begin: ${messageOf(thrown)}`, { cause: thrown })],
      );
    }
  };

/** What is to be closed, in the order in which that is done. */
interface Closing {
  /** Adds something that is closed before all that was added until now. */
  readonly add: (close: (isStopped: boolean) => Promise<void>) => void;
  readonly close: (isStopped: boolean) => Promise<void>;
}

const createClosing = (): Closing => {
  let all: readonly ((isStopped: boolean) => Promise<void>)[] = [];
  return {
    add: (close) => {
      all = [close, ...all];
    },
    close: async (isStopped) => {
      const due = all;
      all = [];
      // One that fails keeps no other from being closed.
      for (const close of due) await close(isStopped).catch(() => undefined);
    },
  };
};

const buildWith = (
  closing: Closing,
  plan: Plan,
  run: RunContext,
  from?: Resumption,
): TE.TaskEither<Diagnostics, Built> =>
  pipe(
    TE.Do,
    TE.bind('engine', () => TE.fromEither(engineSourceOf(run))),
    TE.chainFirst(({ engine }) =>
      needsEngine(plan) && run.elsewhere === undefined ? canStart(engine) : TE.right(undefined),
    ),
    TE.bind('recorder', () =>
      plan.bulk === undefined ? TE.right(undefined) : openRecorder(plan.bulk, plan, run),
    ),
    TE.bind('ledgers', () => {
      if (plan.bulk !== undefined) return TE.right<Diagnostics, ReadonlyMap<string, Ledger>>(new Map());
      return pipe(
        openSinks(plan, run),
        TE.chainFirstIOK((ledgers) => () => closing.add(() => closeAll(ledgers))),
      );
    }),
    TE.let('runtime', ({ engine, recorder }) => {
      const runtime = tensorRuntime(engine, (name) => () => {
        recorder?.chosen(name)();
        run.chosen(name)();
      });
      // What was stopped does not wait for native code, which cannot be interrupted: its thread ends when that does.
      closing.add((isStopped) => {
        const closed = runtime.close();
        return isStopped ? Promise.resolve() : closed;
      });
      // The folder is free as soon as nothing is written to it any more.
      if (recorder !== undefined) closing.add(() => recorder.ledger.close());
      return runtime;
    }),
    TE.let('running', ({ runtime, recorder, ledgers }) => ({
      ...run,
      results: recordedResults(ledgers, inputsOf(plan.graph)),
      ...recorder?.told(run),
      openEngine: runtime.engine,
      room: createMemory(run),
    })),
    TE.bind('away', ({ running }) => openElsewhere(plan, running)),
    TE.chainFirstIOK(({ away }) => () => {
      if (away !== undefined) closing.add(away.close);
    }),
    TE.bind('resources', ({ running, away }) => openResources(nodesHere(plan, away), running)),
    TE.chainFirstIOK(
      ({ resources }) =>
        () =>
          closing.add(() => resources.close()),
    ),
    TE.bind('states', ({ running, resources }) =>
      TE.fromEither(takenUp(plan.graph, from, resources, running)),
    ),
    TE.chainFirstIOK(({ runtime, running, resources }) => () => {
      // The first photo that comes should not wait for what takes long to load.
      if (plan.bulk?.live === true)
        warmUp(plan.bulk.lane, running, resources, runtime.get)().catch(() => undefined);
    }),
    TE.map(({ runtime, running, states, recorder, away }) => ({
      flow: resultOf({ plan, run: running, resources: states, tensors: runtime.get, recorder, away, from }),
      close: closing.close,
    })),
  );

/** Error: `queue/not-bulk` where the pipeline does not make one file of each. */
const openElsewhere = (
  { graph, bulk }: Plan,
  run: RunContext,
): TE.TaskEither<Diagnostics, OpenElsewhere | undefined> => {
  const { elsewhere, engine, timeout, certify, laws, retry, waiting } = run;
  if (elsewhere === undefined) return TE.right(undefined);
  if (bulk === undefined || bulk.live)
    return TE.left([
      failure(
        'queue/not-bulk',
        `\`${graph.name}\` does not make one file of each photo that it finds, so its photos cannot be worked on apart from one another.`,
      ),
    ]);
  return elsewhere.open({
    graph,
    folder: bulk.journal.folder,
    weights: bulk.weights,
    total: bulk.items - bulk.done,
    engine,
    ...definedOnly({ timeout }),
    certify,
    laws,
    retry,
    waiting: (reason, milliseconds) =>
      waiting({ path: graph.name, index: 0, epoch: 0 }, reason, milliseconds)(),
  });
};

/** The operators that work here. */
const nodesHere = ({ stages, bulk }: Plan, away: OpenElsewhere | undefined) =>
  stages
    .filter((stage) => away === undefined || stage !== bulk?.lane)
    .flatMap(nodesOf)
    .concat(away === undefined || bulk === undefined ? [] : [bulk.sink]);

/** Whether work is left that an engine is for: operators on tensors, and those that open something for their run. */
const needsEngine = ({ stages, bulk }: Plan): boolean =>
  (bulk === undefined || bulk.live || bulk.items > bulk.done) &&
  stages
    .flatMap(nodesOf)
    .some(
      ({ operator: { behaviour } }) =>
        behaviour.kind === 'tensor' ||
        behaviour.kind === 'scan' ||
        (behaviour.kind === 'map' && behaviour.load !== undefined),
    );

/** Opens the records of the folders that a pipeline of no bulk writes to: of each file that is written, what was written. */
const openSinks =
  ({ graph }: Plan, run: RunContext): TE.TaskEither<Diagnostics, ReadonlyMap<string, Ledger>> =>
  async () => {
    const ledgers = new Map<string, Ledger>();
    for (const { operator, params } of graph.nodes) {
      const folder = operator.facts.sink?.folder(params);
      if (folder === undefined || ledgers.has(folder)) continue;
      const ledger = await openLedger(folder, watchingFor(folder, run))();
      if (E.isLeft(ledger)) {
        await closeAll(ledgers);
        return ledger;
      }
      ledgers.set(folder, ledger.right);
    }
    return E.right(ledgers);
  };

const closeAll = async (ledgers: ReadonlyMap<string, Ledger>): Promise<void> => {
  for (const ledger of ledgers.values()) await ledger.close();
};

/** The flow of the last stage, each stage reading the flows of those before it. */
const resultOf = (site: Site): ItemFlow<unknown> => {
  const { stages, graph } = site.plan;
  const ahead = heldBetween(stages, site.run);
  const flows = stages.reduce<ReadonlyMap<string, ItemFlow<unknown>>>((before, stage) => {
    const flow = flowOf(stage, (id) => readFrom(before, id), site);
    return new Map([...before, [stage.id, stage.shared ? share<Outcome<unknown>>({ ahead })(flow) : flow]]);
  }, new Map());
  return readFrom(flows, graph.result);
};

const readFrom = (flows: ReadonlyMap<string, ItemFlow<unknown>>, id: string): ItemFlow<unknown> => {
  const flow = flows.get(id);
  if (flow === undefined) throw new Error(`The plan has no stage ${id}.`);
  return flow;
};

const flowOf = (stage: Stage, read: (id: string) => ItemFlow<unknown>, site: Site): ItemFlow<unknown> => {
  switch (stage.kind) {
    case 'source': {
      const flow = begun(site.from?.positions.get(stage.id), beginAfter)(sourceFlow(stage, site.run));
      return site.run.finish === undefined ? flow : until(site.run.finish)(flow);
    }
    case 'join': {
      const { node, behaviour, reads } = stage;
      const joined = behaviour.join(node.params, contextOf(site.run, node.path))(R.map(read)(reads));
      return pipe(joined, endingInVain(), counted(site.run.room));
    }
    case 'flow':
      return counted(site.run.room)(flowThrough(stage, site.run)(read(stage.reads)));
    case 'scan':
      return pipe(
        read(stage.reads),
        begun(stage.id === site.from?.scan ? site.from.replayed : undefined, leaveOutThrough),
        scanFlow(stage, site, R.map(read)(stage.beside)),
        endingInVain(({ operator }) => operator === stage.id, MOST_FAILED_STEPS),
      );
    case 'lane':
      return pipe(
        read(stage.reads),
        laneFlow(stage, site),
        // Of a bulk pipeline every failure is told, and there is one pass.
        site.plan.bulk === undefined ? endingInVain() : identity,
      );
  }
};

/** Begins a flow after an item, where there is one to begin after. */
const begun =
  (last: ItemKey | undefined, after: (last: ItemKey) => (flow: ItemFlow<unknown>) => ItemFlow<unknown>) =>
  (flow: ItemFlow<unknown>): ItemFlow<unknown> =>
    last === undefined ? flow : after(last)(flow);

/** Steps that may fail one after the other. */
const MOST_FAILED_STEPS = 50;

/** Results that may wait beside the items that are worked on. */
const LANES_AHEAD = 2;

/** Items that one reader of a shared stage may take in before it gives any, while another one waits for it. */
const heldBetween = (stages: readonly Stage[], { jobs }: RunContext): number =>
  stages
    .map((stage) => {
      if (stage.kind === 'lane') return jobs + LANES_AHEAD;
      return stage.kind === 'flow' ? (stage.node.operator.facts.bufferedItems?.(stage.node.params) ?? 1) : 1;
    })
    .reduce((sum, held) => sum + held, 0);

/** Works on several items at once, in order; failures from above pass. */
const laneFlow = (
  stage: LaneStage,
  { plan, run, resources, tensors, recorder, away }: Site,
): ((source: ItemFlow<unknown>) => ItemFlow<unknown>) => {
  const bulk = plan.bulk?.lane === stage ? plan.bulk : undefined;
  // Of a bulk pipeline it is known already that no two items are written to one file.
  const targets = bulk === undefined ? 'to be told apart' : 'told apart';
  const workOf = (parts: LaneStage['parts']): LaneWork => laneWork(parts, run, resources, tensors, targets);
  if (bulk !== undefined && recorder !== undefined) {
    const delivery = workOf(stage.parts.filter((part) => nodesOfPart(part).includes(bulk.sink)));
    if (away !== undefined)
      return recorded({ ...recorder, bulk, work: sentElsewhere(away, run, recorder, delivery), run });
    const site = { graph: plan.graph, bulk, run, recorder, whole: workOf(stage.parts), delivery };
    return recorded({ ...recorder, bulk, work: guarded(site), run });
  }
  const work = workOf(stage.parts);
  return runLanes<Outcome<unknown>, Outcome<unknown>>(
    (outcome, signal) => (E.isLeft(outcome) ? { now: outcome } : worked(work, outcome.right, signal)),
    { lanes: run.jobs, ahead: LANES_AHEAD },
  );
};

const worked = async (work: LaneWork, item: Item<unknown>, signal: AbortSignal): Promise<Outcome<unknown>> =>
  pipe(
    await work(item, signal),
    E.map((value) => ({ key: item.key, value })),
  );

/** Carries a state along, and gives what each step puts out. */
const scanFlow =
  (
    { node, behaviour, id }: ScanStage,
    { run, resources }: Site,
    beside: Readonly<Record<string, ItemFlow<unknown>>>,
  ) =>
  (source: ItemFlow<unknown>): ItemFlow<unknown> => {
    const step = behaviour.scan.step(node.params, contextOf(run, id), beside);
    return pipe(
      source,
      scanState<unknown, unknown, unknown>(id, step, resources.get(id), behaviour.scan.ends?.(node.params)),
      through<Outcome<Scanned<unknown, unknown>>, Outcome<unknown>>(
        map(E.map(({ key, value }) => ({ key, value: value.out }))),
      ),
    );
  };
