import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { SlopeInputs, StepInputs } from '../../nn/training/step.js';
import type { HostTensor } from '../../ports/index.js';
import type { HostOf } from '../../tensor/index.js';
import type { Programs } from './programs.js';
import type { Networks } from './state.js';
import type { Outcome } from './transitions.js';

type Tensors = Readonly<Record<string, HostTensor>>;

/** What is learned of a part of a batch, on the host. */
interface Part {
  readonly gradients: Networks;
  readonly metrics: Tensors;
  readonly made: Tensors;
}

/** Some rows of a tensor [N,…]. */
const rowsIn = ({ dtype, shape, data }: HostTensor, from: number, count: number): HostTensor => {
  const length = shape.slice(1).reduce((a, b) => a * b, 1);
  return {
    dtype,
    shape: [count, ...shape.slice(1)],
    data: data.subarray(from * length, (from + count) * length),
  } as HostTensor;
};

const eachOf = <A, B>(
  values: Readonly<Record<string, A>>,
  f: (value: A, name: string) => B,
): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, f(value, name)]));

/** The inputs of a part of a batch. */
const partOf = (
  { state, examples, quantisation, earlier, mix }: HostOf<StepInputs>,
  from: number,
  count: number,
): HostOf<SlopeInputs> => {
  const rows = (tensor: HostTensor): HostTensor => rowsIn(tensor, from, count);
  return {
    state: { weights: state.weights },
    examples: eachOf(examples, rows),
    ...(quantisation !== undefined && { quantisation: rows(quantisation) }),
    earlier: eachOf(earlier, ({ pictures, shown }) => ({ pictures: rows(pictures), shown: rows(shown) })),
    mix: rows(mix),
  };
};

/** The mean of tensors of one shape, added up in order, in double precision. */
const meanOf = (tensors: readonly HostTensor[]): HostTensor => {
  const [first] = tensors;
  const sum = Float64Array.from(first!.data);
  for (const { data } of tensors.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += data[i]!;
  const data = Float32Array.from(sum, (value) => value / tensors.length);
  return { dtype: 'float32', shape: first!.shape, data };
};

const joined = (tensors: readonly HostTensor[]): HostTensor => {
  const data = new Float32Array(tensors.reduce((sum, each) => sum + each.data.length, 0));
  let at = 0;
  for (const each of tensors) {
    data.set(each.data, at);
    at += each.data.length;
  }
  const count = tensors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return { dtype: 'float32', shape: [count, ...tensors[0]!.shape.slice(1)], data };
};

/** How many pictures a part of a batch has. Error: `training/parts`. */
export const partSize = (pictures: number, parts: number): E.Either<Diagnostics, number> =>
  pictures % parts === 0
    ? E.right(pictures / parts)
    : E.left([
        failure(
          'training/parts',
          `A batch of ${pictures} cannot be learned from in ${parts} equal parts, as \`accumulate\` says.`,
          {
            hint: `Let \`batch\` be a multiple of ${parts}, with the last batch left out where it is smaller.`,
          },
        ),
      ]);

/**
 * A step of a batch in equal parts, one after the other (gradient accumulation): losses are means over pictures, so that the mean of the
 * parts' gradients is that of the whole batch, to rounding; but for `heights`, which compares means of a part's pictures.
 */
export const accumulated = (
  programs: Pick<Programs, 'slopes' | 'update'>,
  kind: 'pretrain' | 'plain' | 'judged',
  inputs: HostOf<StepInputs>,
  parts: number,
  signal: AbortSignal,
): TE.TaskEither<Diagnostics, Outcome> => {
  const pictures = inputs.mix.shape[0]!;
  return pipe(
    TE.fromEither(partSize(pictures, parts)),
    TE.chain((size) =>
      pipe(
        Array.from({ length: parts }, (_, i) => partOf(inputs, i * size, size)),
        TE.traverseSeqArray((part) => programs.slopes[kind](part, { signal })),
      ),
    ),
    // What a program gives has the form of its result.
    TE.map((made) => made as unknown as readonly Part[]),
    TE.chain((made) =>
      pipe(
        programs.update[kind](
          {
            state: inputs.state,
            control: inputs.control,
            gradients: eachOf(made[0]!.gradients, (own, network) =>
              eachOf(own, (_, name) => meanOf(made.map((each) => each.gradients[network]![name]!))),
            ),
          },
          { signal },
        ),
        TE.map((after): Outcome => {
          const { state, metrics } = after as unknown as Pick<Outcome, 'state' | 'metrics'>;
          const means = eachOf(made[0]!.metrics, (_, name) =>
            meanOf(made.map((each) => each.metrics[name]!)),
          );
          return {
            state,
            metrics: { ...means, ...(kind === 'pretrain' ? {} : metrics) },
            made: eachOf(made[0]!.made, (_, domain) => joined(made.map((each) => each.made[domain]!))),
          };
        }),
      ),
    ),
  );
};
