import fc from 'fast-check';
import { definedOnly } from '../../../ports/defined.js';
import type { HostTensor } from '../../../ports/index.js';
import type { KernelName } from '../../lower/index.js';
import * as tf from '../../tfjs.js';
import type { Case, Sample, Tensors } from '../agree.js';

/** Runs one kernel by name, as tfjs's operations do once they have checked and converted their arguments. */
export const kernel = (
  name: KernelName,
  inputs: Tensors | readonly tf.Tensor[],
  attrs: object = {},
): tf.Tensor | tf.Tensor[] =>
  tf.engine().runKernel(name, inputs as unknown as tf.NamedTensorMap, attrs as tf.NamedAttrMap);

type Inputs = Readonly<Record<string, fc.Arbitrary<HostTensor>>>;

/** A program of named inputs, differentiated by those in `by`. */
export const program = (inputs: Inputs, run: Sample['run'], by?: readonly string[]): fc.Arbitrary<Sample> =>
  fc.record(inputs).map((given) => ({ inputs: given, run, ...definedOnly({ by }) }));

/** A program that is one kernel. */
export const oneKernel = (
  name: KernelName,
  inputs: Inputs,
  attrs: object = {},
  by?: readonly string[],
): fc.Arbitrary<Sample> =>
  program(inputs, (given) => kernel(name, given, attrs), by).map((sample) => ({
    ...sample,
    note: JSON.stringify(attrs),
  }));

/** One case for each of some kernels. */
export type Cases<K extends KernelName = KernelName> = { readonly [Name in K]: Case };

/** A case of several kinds of samples. */
export const either = (...samples: readonly fc.Arbitrary<Sample>[]): Case => ({
  samples: fc.oneof(...samples),
});
