import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expectTypeOf, it } from 'vitest';
import { defineJoin, defineOp } from '../../src/operator/define.js';
import {
  defaulted,
  integer,
  interval,
  number,
  oneOf,
  optional,
  record,
  required,
  tagged,
} from '../../src/operator/params/index.js';
import type { Step, Stream } from '../../src/operator/step.js';
import * as port from '../../src/ports/index.js';

const brighten = defineOp({
  name: 'brighten',
  about: 'Only types matter here',
  params: {
    by: required(number({ min: 0 }), 'Anything'),
    mode: defaulted(oneOf('linear', 'gamma'), 'linear', 'Anything'),
    limit: optional(integer(), 'Anything'),
    range: defaulted(interval(), 1, 'Anything'),
    net: defaulted(
      tagged({ pyramid: record({ levels: defaulted(integer(), 3, 'Anything') }, 'levels') }),
      'pyramid',
      'x',
    ),
  },
  main: 'by',
  input: port.frame,
  output: port.frame,
  tensor: {
    load: () => TE.right({ value: 3, close: async () => undefined }),
    inputs: (params, random) => {
      expectTypeOf(params.mode).toEqualTypeOf<'linear' | 'gamma'>();
      expectTypeOf(params.limit).toEqualTypeOf<number | undefined>();
      expectTypeOf(params.range).toEqualTypeOf<readonly [from: number, to: number]>();
      expectTypeOf(params.net).toEqualTypeOf<{
        readonly kind: 'pyramid';
        readonly params: { readonly levels: number };
      }>();
      return { gain: { dtype: 'float32', shape: [], data: new Float32Array([random.uniform('gain')]) } };
    },
    program: (tf, { by }, shape, loaded) => {
      expectTypeOf(loaded).toEqualTypeOf<number>();
      return (picture, { gain }) => tf.mul(picture, gain ?? by * shape.width);
    },
  },
});

const pairOf = defineJoin({
  name: 'pair',
  about: 'Only types matter here',
  params: {},
  streams: { from: port.variable('from'), to: port.variable('to') },
  output: port.pair(port.variable('from'), port.variable('to')),
  join:
    () =>
    ({ from }) =>
      from as never,
});

describe('operators', () => {
  it('are steps with their ports', () => {
    expectTypeOf(brighten({ by: 1 })).toEqualTypeOf<Step<port.FramePort, port.FramePort>>();
    expectTypeOf(brighten(2)).toEqualTypeOf<Step<port.FramePort, port.FramePort>>();
    brighten({ by: 1, net: 'pyramid' });
    brighten({ by: 1, net: { pyramid: { levels: 3 } } });
    // @ts-expect-error a required parameter is missing
    brighten();
    // @ts-expect-error a parameter that there is not
    brighten({ by: 1, much: 3 });
    // @ts-expect-error none of the choices
    brighten({ by: 1, mode: 'cubic' });
  });
  it('joins', () => {
    const a = {} as Stream<port.FramePort>;
    const b = {} as Stream<port.FilePort>;
    expectTypeOf(pairOf({ from: a, to: b })).toEqualTypeOf<
      Step<port.NonePort, port.PairPort<port.FramePort, port.FilePort>>
    >();
    // @ts-expect-error
    pairOf({ from: a });
  });
});
