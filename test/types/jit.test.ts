import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { describe, expectTypeOf, it } from 'vitest';
import type { Diagnostics } from '../../src/diagnostics/index.js';
import type { HostTensor } from '../../src/ports/index.js';
import { jit, toOnnx } from '../../src/tensor/index.js';
import * as tf from '../../src/tensor/tfjs.js';

// Checked by the compiler; nothing here is run.
const programs = () => {
  const lone = jit((x: tf.Tensor4D) => tf.neg(x));
  const nested = jit(
    ({ pictures, scale }: { pictures: [tf.Tensor4D, tf.Tensor4D]; scale: { by: tf.Scalar } }) => ({
      sum: tf.mul(tf.add(pictures[0], pictures[1]), scale.by),
      parts: [pictures[0]],
    }),
  );
  return { lone, nested };
};

declare const tensor: HostTensor;

describe('the types of a compiled function', () => {
  it('carry a lone tensor through', () => {
    type Lone = ReturnType<typeof programs>['lone'];
    expectTypeOf<Parameters<Lone>[0]>().toEqualTypeOf<HostTensor>();
    expectTypeOf<ReturnType<Lone>>().toEqualTypeOf<TaskEither<Diagnostics, HostTensor>>();
  });

  it('carry trees through', () => {
    type Nested = ReturnType<typeof programs>['nested'];
    expectTypeOf<Parameters<Nested>[0]>().toEqualTypeOf<{
      readonly pictures: readonly [HostTensor, HostTensor];
      readonly scale: { readonly by: HostTensor };
    }>();
    expectTypeOf<ReturnType<Nested>>().toEqualTypeOf<
      TaskEither<Diagnostics, { readonly sum: HostTensor; readonly parts: readonly HostTensor[] }>
    >();
  });

  it('refuse a tree of another form', () => {
    const call = () => {
      const { nested, lone } = programs();
      // @ts-expect-error one picture is missing
      nested({ pictures: [tensor], scale: { by: tensor } });
      // @ts-expect-error the scale is a record
      nested({ pictures: [tensor, tensor], scale: tensor });
      // @ts-expect-error a tfjs tensor is not a tensor of this process
      lone(tf.scalar(1));
      // @ts-expect-error a spec has a dtype
      toOnnx((x: tf.Tensor4D) => tf.neg(x), { shape: [1, 2, 2, 3] });
    };
    expectTypeOf(call).toBeFunction();
  });
});
