import { elementCount, type GraphBuilder, type NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { activate } from './activation.js';
import { together } from './dtypes.js';
import { type Call, operand, type Rules } from './rule.js';

const product = ({ b, on, attrs }: Call<tf.BatchMatMulAttrs>): NodeId => {
  const [x, y] = together(b, operand(on, 'a'), operand(on, 'b')) as [NodeId, NodeId];
  return b.add('matmul', [x, y], { transposeA: attrs.transposeA, transposeB: attrs.transposeB });
};

const fusedProduct = (call: Call<tf._FusedMatMulAttrs>): NodeId => {
  const { b, on, attrs } = call;
  const bias = on.bias;
  const multiplied = product(call);
  const biased = bias === undefined ? multiplied : b.binary('add', multiplied, bias);
  return activate(b, biased, attrs, on.preluActivationWeights);
};

interface Term {
  readonly value: NodeId;
  readonly letters: readonly string[];
}

/** Sums over the letters that nobody else asks for. */
const sumAway = (b: GraphBuilder, { value, letters }: Term, kept: ReadonlySet<string>): Term => {
  const gone = letters.flatMap((letter, i) => (kept.has(letter) ? [] : [i]));
  return {
    value: b.reduce('sum', value, gone, false),
    letters: letters.filter((letter) => kept.has(letter)),
  };
};

/** The operand with its axes in a given order, the groups each folded into one axis. */
const grouped = (
  b: GraphBuilder,
  { value, letters }: Term,
  groups: readonly (readonly string[])[],
): NodeId => {
  const moved = b.transpose(
    value,
    groups.flat().map((letter) => letters.indexOf(letter)),
  );
  const sizes = new Map(letters.map((letter, i) => [letter, b.shape(value)[i]!]));
  return b.reshape(
    moved,
    groups.map((group) => elementCount(group.map((letter) => sizes.get(letter)!))),
  );
};

/**
 * Einstein's summation of one or two operands as one batched matrix product: letters in both operands and the result
 * are the batch, letters in both operands only are summed, the others are rows and columns.
 */
const einsum = ({ b, list, attrs }: Call<tf.EinsumAttrs>): NodeId => {
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(attrs.equation, list.length);
  const operands = together(b, ...list);
  tf.backend_util.checkEinsumDimSizes(
    allDims.length,
    idDims,
    operands.map((id) => ({ shape: [...b.shape(id)], rank: b.shape(id).length }) as tf.Tensor),
  );
  const summed = new Set(summedDims.map((d) => allDims[d]!));
  const result = allDims.filter((letter) => !summed.has(letter));
  const raw = operands.map((value, i): Term => ({ value, letters: idDims[i]!.map((d) => allDims[d]!) }));
  const terms = raw.map((term, i) => {
    const elsewhere = raw.filter((_, j) => j !== i).flatMap((other) => other.letters);
    return sumAway(b, term, new Set([...result, ...elsewhere]));
  });
  const [first, second] = terms as [Term, Term | undefined];
  if (second === undefined) {
    return b.transpose(
      first.value,
      result.map((letter) => first.letters.indexOf(letter)),
    );
  }
  const shared = first.letters.filter((letter) => second.letters.includes(letter));
  const batch = shared.filter((letter) => !summed.has(letter));
  const inner = shared.filter((letter) => summed.has(letter));
  const rows = first.letters.filter((letter) => !shared.includes(letter));
  const columns = second.letters.filter((letter) => !shared.includes(letter));
  const multiplied = b.add(
    'matmul',
    [grouped(b, first, [batch, rows, inner]), grouped(b, second, [batch, inner, columns])],
    {
      transposeA: false,
      transposeB: false,
    },
  );
  const sizes = new Map(
    terms.flatMap((t) => t.letters.map((letter, i) => [letter, b.shape(t.value)[i]!] as const)),
  );
  const order = [...batch, ...rows, ...columns];
  const spread = b.reshape(
    multiplied,
    order.map((letter) => sizes.get(letter)!),
  );
  return b.transpose(
    spread,
    result.map((letter) => order.indexOf(letter)),
  );
};

export const matmulRules = {
  BatchMatMul: product,
  Einsum: einsum,
  _FusedMatMul: fusedProduct,
} satisfies Partial<Rules>;
