import * as tf from '@tensorflow/tfjs';
import type * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { tensorGroup } from '../../pipelines/build/tensor-group.js';
import type { AnyTensor } from '../../pipelines/plan/stages.js';
import type { Frame, ItemKey } from '../../ports/index.js';
import { type Engine, jit } from '../../tensor/index.js';
import type { Step } from '../step.js';
import { firstKey, type Place, readParams, testContext } from './run.js';

/** A tensor operator as a run has it: compiled once for each shape, and the frame's depth restored. */
export const prepareTensor = (
  step: Step,
  engine: Engine,
  { key = firstKey, ...place }: Place = {},
): ((photo: Frame, itemKey?: ItemKey) => Promise<E.Either<Diagnostics, Frame>>) => {
  const { operator } = step;
  if (!('tensor' in operator.behaviour)) throw new Error(`${operator.name} is no tensor operator`);
  const context = testContext(place);
  const node = {
    path: context.path,
    operator,
    params: readParams(step),
    written: step.params,
    reads: {},
    input: step.input,
    output: step.output,
    spanOf: () => undefined,
  };
  const { tensor }: AnyTensor = operator.behaviour;
  const group = tensorGroup([{ node, tensor, context, loaded: undefined }], TE.right({ tf, jit, engine }));
  return (photo, itemKey = key) => group({ key: itemKey, value: photo }, new AbortController().signal)();
};

/** Runs a tensor operator on one frame. */
export const runTensor = (
  step: Step,
  photo: Frame,
  engine: Engine,
  place: Place = {},
): Promise<E.Either<Diagnostics, Frame>> => prepareTensor(step, engine, place)(photo);
