import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type Constant, constantsOf, constantTensors } from './constants.js';

type Axes = readonly (number | undefined)[];

const value = (name: string, shape: Axes, type = 'float32') => ({ name, shape, type });

const found = (shape: Axes, values: readonly number[], type = 'float32', layout: 'nchw' | 'nhwc' = 'nchw') =>
  constantsOf('net.onnx', 'x', [value('sigma', shape, type)], [{ name: 'sigma', value: values }], layout);

const only = (result: ReturnType<typeof found>): Constant => {
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return result.right[0]!;
};

const complaint = (result: ReturnType<typeof constantsOf>): string =>
  E.isLeft(result) ? `${result.left[0].code} | ${result.left[0].message}` : 'nothing';

const size = { width: 5, height: 3 };

describe('inputs beside the picture', () => {
  it('are filled by one number, also where they are as large as the picture', () => {
    const tensorOf = (shape: Axes, layout: 'nchw' | 'nhwc' = 'nchw') =>
      constantTensors([only(found(shape, [0.5], 'float32', layout))], size).sigma;
    expect(tensorOf([])).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(0.5) });
    expect(tensorOf([undefined])).toMatchObject({ shape: [1] });
    expect(tensorOf([1, 1, undefined, undefined])).toMatchObject({ shape: [1, 1, 3, 5] });
    expect(tensorOf([undefined, undefined, undefined, 1], 'nhwc')).toMatchObject({ shape: [1, 3, 5, 1] });
    expect(tensorOf([undefined, undefined])).toMatchObject({ shape: [1, 1] });
  });

  it('take one number for each of their elements, of every kind', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('float32', 'float16', 'float64', 'int32', 'int64', 'uint8'),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        (type, shape, stream) => {
          const values = [...stream.take(shape.reduce((a, b) => a * b, 1))];
          const tensor = constantTensors([only(found(shape, values, type))], size).sigma!;
          expect(tensor.shape).toEqual(shape);
          expect([...tensor.data]).toEqual(values);
        },
      ),
    );
  });

  it.each([
    [
      found([1, 3], [1, 2]),
      'model/constant | net.onnx: its input `sigma` is [1, 3]: it takes one number, or 3, not 2.',
    ],
    [
      found([1, 1, undefined, undefined], [1, 2]),
      'model/constant | net.onnx: its input `sigma` is [1, 1, *, *]: it takes one number, not 2.',
    ],
    [
      found([1], [0.5], 'int64'),
      'model/constant | net.onnx: its input `sigma` is of int64, so it must be a whole number from -2147483648 to 2147483647, not 0.5.',
    ],
    [
      found([], [2], 'bool'),
      'model/constant | net.onnx: its input `sigma` is of bool, so it must be a whole number from 0 to 1, not 2.',
    ],
    [
      found([1], [1], 'string'),
      'model/constant | net.onnx: its input `sigma` is of string numbers, and cannot be given.',
    ],
    [
      found([2 ** 30, 4], [1]),
      'model/constant | net.onnx: its input `sigma` is [1073741824, 4], and 16777216 elements may be given at most.',
    ],
    [
      constantsOf('net.onnx', 'x', [value('sigma', [])], [{ name: 'sigam', value: [1] }], 'nchw'),
      'model/no-such-value | net.onnx has no input `sigam` beside the picture `x`.',
    ],
    [
      constantsOf('net.onnx', 'x', [], [{ name: 'x', value: [1] }], 'nchw'),
      'model/constant | net.onnx: its input `x` is the picture.',
    ],
    [
      constantsOf('net.onnx', 'x', [value('a', []), value('b', [])], [{ name: 'a', value: [1] }], 'nchw'),
      'model/more-inputs | net.onnx wants `a`, `b` beside the picture `x`.',
    ],
  ])('that do not fit are told (%#)', (result, words) => {
    expect(complaint(result)).toBe(words);
  });
});
