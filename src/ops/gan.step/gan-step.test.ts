import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpContext, ScanBehaviour } from '../../operator/behaviour.js';
import type { Frame, HostTensor, Item, Port, Training } from '../../ports/index.js';
import * as port from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { contextFor } from '../../testing/run/context.js';
import { frameFrom } from '../testing/frames.js';
import { ownParams, readParams } from '../testing/run.js';
import type { TrainingBatch } from './examples.js';
import { ganStep } from './index.js';
import type { Params } from './params.js';
import type { RunState } from './state.js';

type Written = Parameters<typeof ganStep>[0];

const small: Written = {
  generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
  losses: { adversarial: 0, pixel: 1 },
  schedule: { constant: 2 },
  pretrain: 1,
};

describe('what gan.step learns from', () => {
  const pairs = port.batch(port.pair(port.frame, port.frame));
  const unpaired = port.batch(port.unpaired(port.frame, port.frame));
  const objectionTo = (losses: Written['losses'], given: Port): string | undefined => {
    const params = readParams(ganStep({ ...small, losses }));
    return ganStep.operator.facts.objection?.(params, given);
  };

  it.each([
    [{}, undefined],
    [{ adversarial: { weight: 1, after: 5 }, pixel: 1 }, undefined],
    [{ adversarial: 0, pixel: 1 }, undefined],
    [{ smooth: 1 }, 'has no grid to keep `smooth`: its generator is `pyramid`'],
    [{ cycle: 0.5 }, 'is given pairs, which `cycle` has no use for: give it `unpaired` photos'],
  ] as const)('is pairs with the losses %j: %s', (losses, objection) => {
    expect(objectionTo(losses, pairs)).toBe(objection);
  });

  it.each([
    [{}, undefined],
    [{ cycle: 1 }, undefined],
    [
      { adversarial: { weight: 1, after: 1 } },
      'learns from unpaired photos by `adversarial` alone: `after` is for pairs',
    ],
    [{ adversarial: 0, fidelity: 1 }, 'learns nothing from unpaired photos with `adversarial: 0`'],
    [{ pixel: 0.1 }, 'has no target for `pixel` in unpaired photos: `fidelity` compares with the input'],
  ] as const)('is unpaired photos with the losses %j: %s', (losses, objection) => {
    expect(objectionTo(losses, unpaired)).toBe(objection);
    // What is no batch of pairs is not taken for one.
    expect(objectionTo(losses, port.pair(port.frame, port.frame))).toBe(objection);
  });
});

describe('a training under way', () => {
  const engine = createEngine('cpu');
  afterAll(() => engine.dispose());
  const { scan } = ganStep.operator.behaviour as unknown as ScanBehaviour<
    Params,
    TrainingBatch,
    Training,
    { readonly state: RunState }
  >;
  const params = ownParams<Params>(ganStep(small));
  const context: OpContext = contextFor({ engine: async () => E.right(engine) });
  const signal = new AbortController().signal;

  const right = <A>(result: E.Either<unknown, A>): A => {
    if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
    return result.right;
  };
  const photo = (shift: number): Frame =>
    frameFrom({ width: 16, height: 16 }, (x, y, c) => 0.5 + 0.3 * Math.sin(x / 3 + y / 4 + c + shift));
  const batch = (index: number): Item<TrainingBatch> => {
    const key = { path: `${index}.png`, index, epoch: 0 };
    return { key, value: { items: [{ key, value: { from: photo(index), to: photo(index + 1) } }] } };
  };
  const kept = ({ step, state, position }: Training) => ({ step, state, position });
  const numbers = (state: Readonly<Record<string, HostTensor>>) =>
    Object.entries(state).map(([path, { data }]) => [path, [...data]]);

  it('ends with its schedule, and goes on from what was kept as if it had never stopped', async () => {
    const { value: start, close } = right(await scan.start(params, context)());
    const step = scan.step(params, context, {});
    const ends = scan.ends!(params);
    const [first, told] = right(await step(start, batch(0), signal)());
    const [second] = right(await step(first, batch(1), signal)());
    const [third, last] = right(await step(second, batch(2), signal)());
    expect([start, first, second, third].map(ends)).toEqual([false, false, false, true]);
    expect(told).toMatchObject({ step: 1, total: 3, phase: 'pretrain', images: 1 });
    expect(last).toMatchObject({ step: 3, total: 3, phase: 'train', images: 3, marks: ['restart', 'end'] });
    expect(last.position).toEqual({ items: { path: '2.png', index: 2, epoch: 0 } });

    const resume = scan.resume!(params, context);
    const again = right(resume(right(await scan.start(params, context)()).value, kept(told)));
    expect(again.state).toMatchObject({ step: 1, images: 1, backoff: 1 });
    const [, other] = right(await step(right(await step(again, batch(1), signal)())[0], batch(2), signal)());
    expect(numbers(other.state)).toEqual(numbers(last.state));
    await close();
  });

  it('is clipped to the largest norm that its gradients may have together', async () => {
    const clipped = ownParams<Params>(ganStep({ ...small, pretrain: 0, clip: 1e-3 }));
    const { value: start } = right(await scan.start(clipped, context)());
    const [, { state }] = right(await scan.step(clipped, context, {})(start, batch(0), signal)());
    const moments = Object.entries(state).filter(([path]) => path.startsWith('first/generator/'));
    const norm = Math.hypot(...moments.flatMap(([, { data }]) => [...data].map(Number)));
    // The mean gradient takes a tenth of each: it forgets by 0.9.
    expect(norm).toBeCloseTo(1e-4, 6);
  });

  it('does not go on from what another one kept', async () => {
    const { value: start } = right(await scan.start(params, context)());
    const strange = { step: 1, state: {}, position: {} };
    const result = scan.resume!(params, context)(start, strange);
    expect(E.isLeft(result) && result.left).toMatchObject([
      {
        code: 'training/other-state',
        message: 'The checkpoint holds other networks than the pipeline trains.',
      },
    ]);
  });
});
