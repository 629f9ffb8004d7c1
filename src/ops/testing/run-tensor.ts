import * as tf from '@tensorflow/tfjs';
import type * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Frame, ItemKey } from '../../ports/index.js';
import { type Engine, jit } from '../../tensor/index.js';
import { frameProgram } from '../../testing/run/operate.js';
import type { Step } from '../step.js';
import { firstKey, type Place, readParams, testContext } from './run.js';

/** A tensor operator as a run has it: compiled once for each shape, and the frame's depth restored. */
export const prepareTensor = (
  step: Step,
  engine: Engine,
  { key = firstKey, ...place }: Place = {},
): ((photo: Frame, itemKey?: ItemKey) => Promise<E.Either<Diagnostics, Frame>>) => {
  const placed = { operator: step.operator, params: readParams(step), context: testContext(place) };
  const group = frameProgram(placed, undefined, { tf, jit, engine });
  return (photo, itemKey = key) => group({ key: itemKey, value: photo }, new AbortController().signal)();
};

/** Runs a tensor operator on one frame. */
export const runTensor = (
  step: Step,
  photo: Frame,
  engine: Engine,
  place: Place = {},
): Promise<E.Either<Diagnostics, Frame>> => prepareTensor(step, engine, place)(photo);
