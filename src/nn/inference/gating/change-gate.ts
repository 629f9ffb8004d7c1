import { maxOf } from '../../../image/samples/samples.js';
import type { Notes } from '../../../operator/behaviour.js';
import { blockiness } from '../../../picture/blockiness.js';
import type { Values } from '../../../picture/tiling/windows.js';
import type { Gate } from '../../models/index.js';
import type { Wanted } from '../inference-path.js';
import { type Gated, shareOf } from './gate.js';

/** A picture that was edited, and what is to be noted of it. */
export interface Edited {
  readonly picture: Values;
  readonly notes: Notes;
}

type Data = Values['data'];

/**
 * How much an edit changed a picture: the root of the mean square over all samples, of values 0..1. A grey picture may have been given
 * colours.
 */
export const changeOf = (before: Values, after: Values): number => {
  const white = maxOf(after.dtype);
  const each = after.data.length / before.data.length;
  const [was, is]: readonly [Data, Data] = [before.data, after.data];
  let squares = 0;
  for (let i = 0; i < is.length; i++) {
    const value = is[i] as number;
    const inside = value < 0 ? 0 : value > white ? white : value;
    const apart = inside - (was[each === 1 ? i : Math.floor(i / each)] as number);
    squares += apart * apart;
  }
  return Math.sqrt(squares / is.length) / white;
};

/** So much of the way from one picture to the other. */
const partWay = (before: Values, after: Values, share: number): Values => {
  const each = after.data.length / before.data.length;
  const data = after.data.map((value, i) => {
    const was = before.data[each === 1 ? i : Math.floor(i / each)] as number;
    const between = was + share * (value - was);
    return after.dtype === 'float32' ? between : Math.round(between);
  });
  return { ...after, data } as Values;
};

/**
 * Decides by how much an edit changed a picture whether the picture needed it: a network that has learned what needs nothing changes
 * that little. What is in between is edited in part; what needs nothing is given back, bit for bit.
 */
export const asNeeded =
  (gate: Gate, { strength }: Pick<Wanted, 'strength'>, before: Values) =>
  ({ picture: after, notes }: Edited): Edited => {
    // Of a weaker edit, what the whole one would change.
    const change = changeOf(before, after) / Math.max(strength, 1e-3);
    const share = shareOf(gate, change);
    const decided: Gated = { change, share };
    const same = after.data.length === before.data.length;
    const picture = share === 1 ? after : share === 0 && same ? before : partWay(before, after, share);
    return { picture, notes: { ...notes, gate: { ...decided } } };
  };

/**
 * The picture as it is, where a gate for JPEG sees that it was not compressed, or does not show it: of pictures whose tables are not known
 * only, since where they are, the network is told by how much was lost.
 */
export const withoutBlocks = (
  { blocks }: Gate,
  { output, grey }: Pick<Wanted, 'output' | 'grey'>,
  picture: Values,
  hasTables: boolean,
): Edited | undefined => {
  const givesSame = output === 'picture' && (picture.shape[2] === 3 || grey === 'keep');
  if (blocks === undefined || hasTables || !givesSame) return undefined;
  const found = blockiness(picture);
  const decided: Gated = { blocks: found, share: 0 };
  return found < blocks ? { picture, notes: { gate: { ...decided } } } : undefined;
};
