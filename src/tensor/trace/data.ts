import type { HostTensor } from '../../ports/index.js';
import type * as tf from '../tfjs.js';

type Values = tf.backend_util.TypedArray | readonly number[] | readonly boolean[];

/** A tensor as tfjs describes one. */
export interface Info {
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Values that tfjs holds, as a host tensor. Throws TypeError for strings and complex numbers. */
export const hostTensor = (values: Values, { shape, dtype }: Info): HostTensor => {
  switch (dtype) {
    case 'float32':
      return {
        dtype,
        shape: [...shape],
        data: values instanceof Float32Array ? values : Float32Array.from(values, Number),
      };
    case 'int32':
      return {
        dtype,
        shape: [...shape],
        data: values instanceof Int32Array ? values : Int32Array.from(values, Number),
      };
    case 'bool':
      return {
        dtype,
        shape: [...shape],
        data: values instanceof Uint8Array ? values : Uint8Array.from(values, Number),
      };
    default:
      throw new TypeError(`tensors of dtype ${dtype} cannot be recorded`);
  }
};

/** The one value that all elements share, or undefined. tfjs spells out `zeros` and `ones` in full. */
export const uniformValue = ({ data }: HostTensor): number | undefined => {
  const first = data[0];
  if (first === undefined) return undefined;
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return undefined;
  return first;
};
