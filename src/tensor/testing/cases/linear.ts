import fc from 'fast-check';
import type * as tf from '../../tfjs.js';
import type { Sample } from '../agree.js';
import { floats, imageShape, ints, size } from '../tensors.js';
import { type Cases, either, kernel, oneKernel } from './programs.js';

const batches: readonly (readonly [number[], number[]])[] = [
  [[], []],
  [[2], [2]],
  [[1], [3]],
  [[3], [1]],
  [[2], []],
  [
    [2, 3],
    [2, 3],
  ],
];

interface Product {
  readonly a: number[];
  readonly b: number[];
  readonly rows: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const products: fc.Arbitrary<Product> = fc
  .record({
    batch: fc.constantFrom(...batches),
    rows: size(),
    inner: size(),
    columns: size(),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  })
  .map(({ batch, rows, inner, columns, transposeA, transposeB }) => ({
    a: [...batch[0], ...(transposeA ? [inner, rows] : [rows, inner])],
    b: [...batch[1], ...(transposeB ? [columns, inner] : [inner, columns])],
    rows,
    columns,
    transposeA,
    transposeB,
  }));

const ACTIVATIONS: readonly tf.fused.Activation[] = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'leakyrelu',
  'prelu',
  'sigmoid',
];

const EQUATIONS = [
  'ij,jk->ik',
  'ij,kj->ki',
  'bij,bjk->bik',
  'bij,jk->bki',
  'ij->ji',
  'ij->i',
  'ijk->',
  'i,j->ij',
  'i,i->',
  'ij,ij->j',
  'ijk,jl->il',
  'abc,cd->abd',
  'bhwc,bhwd->bcd',
] as const;

const einsums = fc
  .tuple(fc.constantFrom(...EQUATIONS), fc.array(size(4), { minLength: 12, maxLength: 12 }))
  .chain(([equation, sizes]) => {
    const letters = 'abcdhijklw';
    const terms = equation.split('->')[0]!.split(',');
    const shapes = terms.map((term) => [...term].map((letter) => sizes[letters.indexOf(letter)]!));
    return fc.tuple(...shapes.map((dims) => floats(dims))).map((tensors): Sample => {
      const inputs = Object.fromEntries(tensors.map((t, i) => [`x${i}`, t]));
      return {
        inputs,
        by: Object.keys(inputs),
        run: (given) => kernel('Einsum', Object.values(given), { equation }),
      };
    });
  });

const neighbourhood = fc.record({
  depthRadius: fc.nat(3),
  bias: fc.constantFrom(1, 2),
  alpha: fc.constantFrom(0.5, 1, 0.01),
  beta: fc.constantFrom(0.5, 0.75, 1),
});

export const linearCases = {
  BatchMatMul: either(
    products.chain(({ a, b, transposeA, transposeB }) =>
      fc.oneof(
        oneKernel('BatchMatMul', { a: floats(a), b: floats(b) }, { transposeA, transposeB }, ['a', 'b']),
        oneKernel('BatchMatMul', { a: ints(a), b: ints(b) }, { transposeA, transposeB }),
      ),
    ),
  ),
  Einsum: either(einsums),
  FusedBatchNorm: either(
    fc.tuple(imageShape(4), fc.boolean(), fc.boolean(), fc.boolean()).chain(([x, full, scaled, shifted]) => {
      const dims = full ? x : [x[3]];
      const inputs = {
        x: floats(x),
        mean: floats(dims),
        variance: floats(dims, { min: 0.3, max: 3 }),
        ...(scaled ? { scale: floats(dims) } : {}),
        ...(shifted ? { offset: floats(dims) } : {}),
      };
      return oneKernel('FusedBatchNorm', inputs, { varianceEpsilon: 0.01 }, Object.keys(inputs));
    }),
  ),
  LRN: either(
    fc
      .tuple(imageShape(3, 6), neighbourhood)
      .chain(([x, attrs]) => oneKernel('LRN', { x: floats(x) }, attrs, ['x'])),
  ),
  LRNGrad: either(
    fc
      .tuple(imageShape(3, 6), neighbourhood)
      .chain(([x, attrs]) => oneKernel('LRNGrad', { x: floats(x), y: floats(x), dy: floats(x) }, attrs)),
  ),
  _FusedMatMul: either(
    fc
      .tuple(products, fc.constantFrom(...ACTIVATIONS), fc.boolean())
      .chain(([{ a, b, columns, transposeA, transposeB }, activation, biased]) =>
        oneKernel(
          '_FusedMatMul',
          {
            a: floats(a),
            b: floats(b),
            ...(biased ? { bias: floats([columns]) } : {}),
            ...(activation === 'prelu' ? { preluActivationWeights: floats([columns]) } : {}),
          },
          { transposeA, transposeB, activation, leakyreluAlpha: 0.3 },
        ),
      ),
  ),
} satisfies Partial<Cases>;
