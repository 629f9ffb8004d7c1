import type { GraphBuilder, NodeId } from '../graph/index.js';
import { PARITY, ROTATIONS } from '../random/threefry.js';
import type { NoAttrs } from './kernel-attrs.js';
import { type Call, operand, type Rules } from './rule.js';

const word = (b: GraphBuilder, value: number): NodeId => b.fill(value, [], 'uint32');

const bits = (b: GraphBuilder, fn: 'xor' | 'or' | 'shiftLeft' | 'shiftRight', x: NodeId, y: NodeId): NodeId =>
  b.add('bitwise', [x, y], { fn });

const rotate = (b: GraphBuilder, x: NodeId, by: number): NodeId =>
  bits(b, 'or', bits(b, 'shiftLeft', x, word(b, by)), bits(b, 'shiftRight', x, word(b, 32 - by)));

/** The block function of `kernels/threefry.ts`, in operators on whole rows of counters. */
const threefry = ({ b, on }: Call<NoAttrs>): NodeId => {
  const row = (x: NodeId, i: number): NodeId => b.sliceAxis(b.cast(x, 'uint32'), 0, i, 1);
  const [key, counter] = [operand(on, 'key'), operand(on, 'counter')];
  const [k0, k1] = [row(key, 0), row(key, 1)];
  const schedule = [k0, k1, bits(b, 'xor', bits(b, 'xor', k0, k1), word(b, PARITY))];
  const injected = (i: number): NodeId => schedule[i % 3]!;
  let x = b.binary('add', row(counter, 0), injected(0));
  let y = b.binary('add', row(counter, 1), injected(1));
  for (let round = 0; round < 20; round++) {
    x = b.binary('add', x, y);
    y = bits(b, 'xor', rotate(b, y, ROTATIONS[round % 8]!), x);
    if (round % 4 !== 3) continue;
    const block = (round + 1) / 4;
    x = b.binary('add', x, injected(block));
    y = b.binary('add', y, b.binary('add', injected(block + 1), word(b, block)));
  }
  return b.cast(b.concat([x, y], 0), 'int32');
};

export const threefryRules = { Threefry2x32: threefry } satisfies Partial<Rules>;
