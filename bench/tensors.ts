import * as E from 'fp-ts/lib/Either.js';
import type { HostTensor } from '../src/ports/index.js';

/** Numbers in -1..1 that are the same every time. */
export const noise = (shape: readonly number[], scale = 1): HostTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = (state / 2 ** 31 - 1) * scale;
  }
  return { dtype: 'float32', shape, data };
};

export const zeros = (shape: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

export const scalar = (value: number): HostTensor => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

/** What a program gave. Throws with its diagnostics when it failed. */
export const must = <A>(result: E.Either<readonly { readonly message: string }[], A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map((d) => d.message).join('\n'));
  return result.right;
};
