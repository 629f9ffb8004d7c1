import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { OpContext } from '../../operator/behaviour.js';
import type { Operator } from '../../operator/operator.js';
import type { CheckedParams } from '../../operator/params/index.js';
import type { Step } from '../../operator/step.js';
import type { Frame, ItemKey } from '../../ports/index.js';
import { type Engine, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { frameProgram } from '../../testing/run/operate.js';
import { firstKey, type Place, readParams, testContext } from './run.js';

/** A tensor operator as a run has it: compiled once for each shape, and the frame's depth restored. */
export const prepareTensor = (
  step: Step,
  engine: Engine,
  { key = firstKey, ...place }: Place = {},
): ((photo: Frame, itemKey?: ItemKey) => Promise<E.Either<Diagnostics, Frame>>) => {
  const placed = { operator: step.operator, params: readParams(step), context: testContext(place) };
  let opened: Promise<ReturnType<typeof frameProgram>> | undefined;
  const open = async (): Promise<ReturnType<typeof frameProgram>> =>
    frameProgram(placed, await loadedBy(placed), { tf, jit, engine });
  return async (photo, itemKey = key) => {
    opened ??= open();
    return (await opened)({ key: itemKey, value: photo }, new AbortController().signal)();
  };
};

/** What the operator needs for its whole run. Throws when it cannot be opened. */
const loadedBy = async ({
  operator: { behaviour },
  params,
  context,
}: {
  readonly operator: Operator;
  readonly params: CheckedParams;
  readonly context: OpContext;
}): Promise<unknown> => {
  if (behaviour.kind !== 'tensor' || behaviour.tensor.load === undefined) return undefined;
  const loaded = await behaviour.tensor.load(params, context)();
  if (E.isLeft(loaded)) throw new Error(loaded.left.map(({ message }) => message).join());
  return loaded.right.value;
};

/** Runs a tensor operator on one frame. */
export const runTensor = (
  step: Step,
  photo: Frame,
  engine: Engine,
  place: Place = {},
): Promise<E.Either<Diagnostics, Frame>> => prepareTensor(step, engine, place)(photo);
