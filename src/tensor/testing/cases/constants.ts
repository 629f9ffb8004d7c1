import fc from 'fast-check';
import { bools, floats, ints, shape, size } from '../tensors.js';
import { type Cases, either, oneKernel } from './programs.js';

const dtype = fc.constantFrom('float32', 'int32', 'bool');

export const constantCases = {
  BroadcastArgs: either(
    fc.tuple(shape(0, 4), fc.nat(4)).chain(([dims, dropped]) => {
      const ones = dims.map((d, i) => (i % 2 === 0 ? d : 1)).slice(Math.min(dropped, dims.length));
      const vector = (values: readonly number[]) =>
        fc.constant({ dtype: 'int32' as const, shape: [values.length], data: Int32Array.from(values) });
      return oneKernel('BroadcastArgs', { s0: vector(dims), s1: vector(ones) });
    }),
  ),
  Diag: either(
    shape(1, 2, 4).chain((dims) =>
      fc.oneof(
        oneKernel('Diag', { x: floats(dims) }),
        oneKernel('Diag', { x: ints(dims) }),
        oneKernel('Diag', { x: bools(dims) }),
      ),
    ),
  ),
  Fill: either(
    fc
      .tuple(shape(), dtype, fc.constantFrom(0, 1, -3))
      .chain(([dims, type, value]) =>
        oneKernel(
          'Fill',
          {},
          { shape: dims, dtype: type, value: type === 'bool' ? Math.abs(Math.sign(value)) : value },
        ),
      ),
  ),
  LinSpace: either(
    fc
      .record({
        start: fc.integer({ min: -5, max: 5 }),
        stop: fc.integer({ min: -5, max: 5 }),
        num: size(12),
      })
      .chain((attrs) => oneKernel('LinSpace', {}, attrs)),
  ),
  OneHot: either(
    fc.tuple(shape(0, 3), size(6), dtype, fc.boolean()).chain(([dims, depth, type, plain]) =>
      oneKernel(
        'OneHot',
        { indices: ints(dims, -1, 7) },
        {
          depth,
          dtype: type,
          onValue: plain || type === 'bool' ? 1 : 3,
          offValue: plain || type === 'bool' ? 0 : -2,
        },
      ),
    ),
  ),
  Range: either(
    fc
      .record({
        start: fc.integer({ min: -9, max: 9 }),
        stop: fc.integer({ min: -9, max: 9 }),
        step: fc.constantFrom(1, 2, -1, -3),
        dtype: fc.constantFrom('float32', 'int32'),
      })
      .filter(({ start, stop, step }) => start !== stop && stop > start === step > 0)
      .chain((attrs) => oneKernel('Range', {}, attrs)),
    fc
      .integer({ min: 4000, max: 9000 })
      .chain((stop) => oneKernel('Range', {}, { start: 3, stop, step: 2, dtype: 'int32' })),
  ),
} satisfies Partial<Cases>;
