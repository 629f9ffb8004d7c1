import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../graph/index.js';
import { createEngine } from '../run/engine.js';
import { checkCase, type Sample, type Tensors } from '../testing/agree.js';
import { cases } from '../testing/cases/index.js';
import * as tf from '../tfjs.js';
import { record } from '../trace/record.js';
import { rules, unsupportedKernels } from './index.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

describe('every lowering rule agrees with tfjs’s cpu backend, and so does its gradient', () => {
  it.each(Object.entries(cases))('%s', async (_, c) => {
    await checkCase(engine, c, 12);
  });
});

const recorded = ({ inputs, run }: Sample) => {
  const result = record('sample', ((given: Tensors) => run(given)) as (inputs: never) => unknown, inputs);
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return result.right;
};

describe('the union of kernels', () => {
  it('has a rule for each, and for nothing else', () => {
    expect([...rules.keys()].sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(Object.entries(cases))(
    'the programs of %s record it as graphs that pass the check',
    (name, { samples }) => {
      for (const sample of fc.sample(samples, 4)) {
        const { graph, program } = recorded(sample);
        expect(E.isRight(check(graph))).toBe(true);
        expect(program.calls.map((call) => call.kernel)).toContain(name);
      }
    },
  );

  it('holds every kernel of tfjs’s cpu backend, or says why not', () => {
    const unknown = tf
      .getKernelsForBackend('cpu')
      .map((k) => k.kernelName)
      .filter((name) => !rules.has(name) && !(name in unsupportedKernels));
    expect(unknown).toEqual([]);
    expect(Object.keys(unsupportedKernels).filter((name) => rules.has(name))).toEqual([]);
  });
});
