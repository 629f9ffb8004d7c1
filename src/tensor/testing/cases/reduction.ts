import fc from 'fast-check';
import type { KernelName } from '../../lower/index.js';
import type { Case, Sample } from '../agree.js';
import { axesOf, axisOf, bools, distinctFloats, floats, ints, NOT_FINITE, shape, size } from '../tensors.js';
import { type Cases, either, oneKernel } from './programs.js';

type Values = (dims: readonly number[]) => ReturnType<typeof floats>;

interface Reduced {
  readonly values: Values;
  readonly by?: readonly string[];
}

/** A reduction of `x` along some axes. */
const reduced = (name: KernelName, { values, by }: Reduced, axisName = 'axis'): fc.Arbitrary<Sample> =>
  shape().chain((dims) =>
    fc
      .tuple(axesOf(dims), fc.boolean())
      .chain(([axes, keepDims]) => oneKernel(name, { x: values(dims) }, { [axisName]: axes, keepDims }, by)),
  );

const smooth: Reduced = { values: (dims) => floats(dims), by: ['x'] };
const apart: Reduced = { values: (dims) => distinctFloats(dims), by: ['x'] };
const special: Reduced = { values: (dims) => floats(dims, { specials: NOT_FINITE }) };
const whole: Reduced = { values: (dims) => ints(dims) };
const truth: Reduced = { values: (dims) => bools(dims) };

const position = (name: KernelName): Case =>
  either(
    ...[distinctFloats, (dims: readonly number[]) => ints(dims, 0, 3)].map((values) =>
      shape(1).chain((dims) => axisOf(dims).chain((axis) => oneKernel(name, { x: values(dims) }, { axis }))),
    ),
  );

/** Running sums or products; products of few factors, since their gradient's memory grows with the square. */
const running = (name: KernelName): Case => {
  const attrs = (dims: readonly number[]) =>
    fc.record({
      axis: fc.nat(dims.length - 1),
      exclusive: fc.boolean(),
      reverse: fc.boolean(),
    });
  const of = (values: Values, by?: readonly string[]) =>
    fc
      .array(size(9), { minLength: 1, maxLength: 3 })
      .chain((dims) => attrs(dims).chain((a) => oneKernel(name, { x: values(dims) }, a, by)));
  return either(
    of((dims) => floats(dims), ['x']),
    of((dims) => ints(dims, -3, 3)),
    of((dims) => bools(dims)),
  );
};

export const reductionCases = {
  All: either(reduced('All', truth)),
  Any: either(reduced('Any', truth)),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  Cumprod: running('Cumprod'),
  Cumsum: running('Cumsum'),
  Max: either(
    reduced('Max', apart, 'reductionIndices'),
    reduced('Max', special, 'reductionIndices'),
    reduced('Max', whole, 'reductionIndices'),
  ),
  Mean: either(reduced('Mean', smooth), reduced('Mean', whole)),
  Min: either(reduced('Min', apart), reduced('Min', special), reduced('Min', whole)),
  Prod: either(
    reduced('Prod', smooth),
    reduced('Prod', { values: (dims) => ints(dims, -2, 2) }),
    reduced('Prod', truth),
  ),
  Sum: either(reduced('Sum', smooth), reduced('Sum', special), reduced('Sum', whole), reduced('Sum', truth)),
} satisfies Partial<Cases>;
