import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { tensorGroup } from '../../execution/tensors/tensor-group.js';
import type { TensorRuntime } from '../../execution/tensors/tensor-runtime.js';
import type { BehaviourOf, OpContext, Resource } from '../../operator/behaviour.js';
import type { Operator } from '../../operator/operator.js';
import type { CheckedParams } from '../../operator/params/index.js';
import type { Frame, Item, ItemFailure, Outcome } from '../../ports/index.js';
import { type Flow, fromIterable, type ItemFlow } from '../../streams/index.js';
import type { Engine, Jitted } from '../../tensor/index.js';

/** An operator with parameters as it gets them, at its place in a run. */
export interface Placed {
  readonly operator: Operator;
  readonly params: CheckedParams;
  readonly context: OpContext;
  readonly engine: Engine;
  /** Compiled programs that further runs may use again; whoever gives it disposes of them. */
  readonly programs?: Programs;
}

/** Compiled programs by what they were made of. */
export type Programs = Map<string, Jitted<unknown, unknown>>;

/** What goes in: the items of each stream; those of an operator with one input are called `items`. */
export type Feeds = Readonly<Record<string, readonly Outcome<unknown>[]>>;

/** What comes out; left when what the operator needs for its whole run could not be opened. */
export type Given = E.Either<Diagnostics, readonly Outcome<unknown>[]>;

/** Outcomes that are taken at most: some sources do not end. */
const ENOUGH = 32;

type MapItem = (item: Item<unknown>, signal: AbortSignal) => TE.TaskEither<Diagnostics, unknown>;

/** How the items of an operator that maps them are worked on. */
export interface OperateOptions {
  readonly signal?: AbortSignal;
  /** All at once, as in the lanes of a run, instead of one after the other. */
  readonly together?: boolean;
}

/**
 * Runs an operator on items, whatever its behaviour. Rejects with whatever it throws: in a pipeline that would be the
 * failure of the item, here it is a fault.
 */
export const operate = (placed: Placed, feeds: Feeds, options: OperateOptions = {}): Promise<Given> => {
  const { behaviour } = placed.operator;
  switch (behaviour.kind) {
    case 'map':
      return mapping(placed, behaviour, feeds, options);
    case 'tensor':
      return computing(placed, behaviour, feeds, options);
    case 'scan':
      return scanning(placed, behaviour, feeds, options);
    case 'source':
      return flowing(flowOf(placed, feeds), behaviour.live?.(placed.params) === true);
    case 'flow':
    case 'join':
      return flowing(flowOf(placed, feeds), false);
  }
};

/** The flow of an operator that works on streams as a whole: a source, a flow or a join. */
export const flowOf = (placed: Placed, feeds: Feeds): ItemFlow<unknown> =>
  flowThrough(
    placed,
    Object.fromEntries(Object.entries(feeds).map(([name, outcomes]) => [name, fromIterable(outcomes)])),
  );

/** The same, given the flows of its streams. */
export const flowThrough = (
  { operator: { behaviour, name }, params, context }: Placed,
  flows: Readonly<Record<string, ItemFlow<unknown>>>,
): ItemFlow<unknown> => {
  if (behaviour.kind === 'source') return behaviour.source(params, context);
  if (behaviour.kind === 'join') return behaviour.join(params, context)(flows);
  if (behaviour.kind === 'flow') return behaviour.flow(params, context)(flows.items ?? fromIterable([]));
  throw new TypeError(`${name} works on single items`);
};

/** How long nothing must come of a live source for what came to be all, in milliseconds. */
const IDLE_MS = 1000;

const flowing = async (flow: Flow<Outcome<unknown>>, live: boolean): Promise<Given> => {
  const outcomes: Outcome<unknown>[] = [];
  const run = flow.open();
  try {
    while (outcomes.length < ENOUGH) {
      const next = run.next();
      const result = live ? await Promise.race([next, idle()]) : await next;
      if (result.done) break;
      outcomes.push(result.value);
    }
    return E.right(outcomes);
  } finally {
    await run.close();
  }
};

const idle = (): Promise<{ readonly done: true }> => sleep(IDLE_MS, { done: true }, { ref: false });

/** Opens what an operator needs, hands it to `use`, and closes it whatever happens. */
const withResource = async (
  opening: TE.TaskEither<Diagnostics, Resource<unknown>> | undefined,
  use: (loaded: unknown) => Promise<readonly Outcome<unknown>[]>,
): Promise<Given> => {
  const opened = await opening?.();
  if (opened === undefined) return E.right(await use(undefined));
  if (E.isLeft(opened)) return opened;
  try {
    return E.right(await use(opened.right.value));
  } finally {
    await opened.right.close();
  }
};

const mapping = (
  { operator, params, context }: Placed,
  behaviour: BehaviourOf<'map'>,
  feeds: Feeds,
  options: OperateOptions,
): Promise<Given> =>
  withResource(behaviour.load?.(params, context), (loaded) =>
    each(operator.name, behaviour.map(params, context, loaded), feeds, options),
  );

/** A tensor operator as a run has it: compiled once for each shape and depth, from frame to frame. */
export const frameProgram = (
  { operator, params, context }: Omit<Placed, 'engine'>,
  loaded: unknown,
  runtime: TensorRuntime,
) => {
  if (operator.behaviour.kind !== 'tensor') throw new TypeError(`${operator.name} is no tensor operator`);
  const { tensor } = operator.behaviour;
  const node = {
    path: context.path,
    operator,
    params,
    written: undefined,
    reads: {},
    input: operator.input,
    output: operator.output,
    spanOf: () => undefined,
  };
  return tensorGroup([{ node, tensor, context, loaded }], TE.right(runtime));
};

/** Lets go of compiled programs. */
export const disposeOf = (programs: Programs): void => {
  for (const program of programs.values()) program.dispose();
  programs.clear();
};

const computing = async (
  placed: Placed,
  { tensor }: BehaviourOf<'tensor'>,
  feeds: Feeds,
  options: OperateOptions,
): Promise<Given> => {
  const { operator, params, context, engine } = placed;
  const [tf, { jit }] = await Promise.all([import('../../tensor/tfjs.js'), import('../../tensor/index.js')]);
  // What a `load` opened is closed after the run, and what was compiled with it is of no use afterwards.
  const shared = tensor.load === undefined ? placed.programs : undefined;
  const programs: Programs = shared ?? new Map();
  const tracked = ((program, jitOptions) => {
    const key = JSON.stringify([operator.name, params, engine.name, jitOptions?.as]);
    const compiled = (programs.get(key) as ReturnType<typeof jit> | undefined) ?? jit(program, jitOptions);
    programs.set(key, compiled as Jitted<unknown, unknown>);
    return compiled;
  }) as typeof jit;
  try {
    return await withResource(tensor.load?.(params, context), (loaded) => {
      const group = frameProgram(placed, loaded, { tf, jit: tracked, engine });
      return each(operator.name, (item, signal) => group(item as Item<Frame>, signal), feeds, options);
    });
  } finally {
    if (shared === undefined) disposeOf(programs);
  }
};

const scanning = async (
  { operator, params, context }: Placed,
  { scan }: BehaviourOf<'scan'>,
  feeds: Feeds,
  options: OperateOptions,
): Promise<Given> => {
  return withResource(scan.start(params, context), (start) => {
    const step = scan.step(params, context, {});
    let state = start;
    const next: MapItem = (item, signal) => async () => {
      const result = await step(state, item, signal)();
      if (E.isLeft(result)) return result;
      state = result.right[0];
      return E.right(result.right[1]);
    };
    return each(operator.name, next, feeds, options);
  });
};

const each = async (
  operator: string,
  work: MapItem,
  feeds: Feeds,
  { signal = new AbortController().signal, together = false }: OperateOptions,
): Promise<readonly Outcome<unknown>[]> => {
  const one = async (outcome: Outcome<unknown>): Promise<Outcome<unknown>> => {
    if (E.isLeft(outcome)) return outcome;
    const { key } = outcome.right;
    const result = await work(outcome.right, signal)();
    return E.isRight(result)
      ? E.right({ key, value: result.right })
      : E.left<ItemFailure>({ key, operator, diagnostics: result.left });
  };
  const outcomes = feeds.items ?? [];
  if (together) return Promise.all(outcomes.map(one));
  const results: Outcome<unknown>[] = [];
  for (const outcome of outcomes) results.push(await one(outcome));
  return results;
};
