import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type {
  FlowBehaviour,
  JoinBehaviour,
  MapBehaviour,
  OpContext,
  Resource,
} from '../../operator/behaviour.js';
import type { CheckedParams } from '../../operator/params/index.js';
import type { Step, Stream } from '../../operator/step.js';
import {
  type Frame,
  type FramePort,
  frame,
  type Item,
  type ItemKey,
  none,
  type Outcome,
} from '../../ports/index.js';
import { type Flow, fromIterable, type ItemFlow } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import type { Engine } from '../../tensor/run/engine.js';
import { contextFor } from '../../testing/run/context.js';

/** Where an operator under test stands. */
export interface Place {
  readonly seed?: number;
  readonly key?: ItemKey;
}

export const firstKey: ItemKey = { path: 'photo.jpg', index: 0, epoch: 0 };

let engine: Engine | undefined;

/** One engine for all tests of a file, loaded when it is first asked for. */
const sharedEngine: TE.TaskEither<never, Engine> = TE.fromTask(async () => {
  const { createEngine } = await import('../../tensor/run/engine.js');
  engine ??= createEngine('cpu');
  return engine;
});

/** A context like that of a run; `warnings` gathers what operators tell. */
export const testContext = ({ seed = 1 }: Place = {}, warnings: string[] = []): OpContext =>
  contextFor({ seed, engine: sharedEngine, warned: (message) => void warnings.push(message) });

/** A step's parameters as its operator gets them, or what is wrong with them, one `code: path message` each. */
export const paramsOf = ({ operator, params }: Step): E.Either<readonly string[], CheckedParams> =>
  E.mapLeft((errors: readonly { readonly message?: string | undefined }[]) =>
    errors.map(({ message }) => message ?? 'refused'),
  )(operator.params.codec.decode(params));

/** A step's parameters as its operator gets them. Throws when they are refused. */
export const readParams = (step: Step): CheckedParams => {
  const params = paramsOf(step);
  if (E.isLeft(params)) throw new Error(params.left.join('\n'));
  return params.right;
};

/** The same with the types that functions of the operator's own take them with. */
export const ownParams = <P>(step: Step): P => readParams(step) as unknown as P;

/** Runs an operator that maps items on one value. */
export const runMap = async <B = Frame>(
  step: Step,
  value: unknown,
  { key = firstKey, ...place }: Place = {},
  warnings: string[] = [],
): Promise<E.Either<Diagnostics, B>> => {
  const behaviour = step.operator.behaviour as unknown as MapBehaviour<unknown, unknown, B, unknown>;
  const params = readParams(step);
  const ctx = testContext(place, warnings);
  const loaded = (await behaviour.load?.(params, ctx)()) ?? E.right(undefined);
  if (E.isLeft(loaded)) return loaded;
  const resource = loaded.right as Resource<unknown> | undefined;
  try {
    return await behaviour.map(params, ctx, resource?.value)({ key, value }, new AbortController().signal)();
  } finally {
    await resource?.close();
  }
};

/** Runs a flow operator on a list of outcomes, or of values that become items in order. */
export const runFlow = <A, B>(step: Step, source: Flow<Outcome<A>>, place: Place = {}): ItemFlow<B> => {
  const behaviour = step.operator.behaviour as unknown as FlowBehaviour<unknown, A, B>;
  return behaviour.flow(readParams(step), testContext(place))(source);
};

/** Runs a join on its streams. */
export const runJoin = <B>(step: Step, streams: Readonly<Record<string, ItemFlow<unknown>>>): ItemFlow<B> => {
  const behaviour = step.operator.behaviour as unknown as JoinBehaviour<unknown, B>;
  return behaviour.join(readParams(step), testContext())(streams);
};

/** Items of values, in order. */
export const itemsOf = <A>(...values: readonly A[]): ItemFlow<A> =>
  fromIterable(values.map((value, index): Outcome<A> => E.right(itemOf(value, index))));

/** The value at a place in its stream. */
export const itemOf = <A>(value: A, index = 0): Item<A> => ({
  key: { path: `${index}.jpg`, index, epoch: 0 },
  value,
});

/** Numbers without end, as items. */
export function* numberedItems(): Generator<Outcome<number>> {
  for (let index = 0; ; index++) yield E.right(itemOf(index, index));
}

/** A stream to stand in a join's parameters; what it carries is given when the join is run. */
export const streamOf = (name: string): Stream<FramePort> => ({
  kind: 'stream',
  name,
  steps: [],
  input: none,
  output: frame,
});

/** The values of those that did not fail. */
export const collectValues = async <A>(flow: ItemFlow<A>): Promise<readonly A[]> =>
  (await collect(flow)).flatMap((outcome) => (E.isRight(outcome) ? [outcome.right.value] : []));
