import { maxOf } from '../../../image/samples/samples.js';
import type { Notes } from '../../../operator/behaviour.js';
import { blockiness } from '../../../picture/blockiness.js';
import type { Values } from '../../../picture/tiling/windows.js';
import { veil } from '../../../picture/veil.js';
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
  (gate: Gate, { strength }: Pick<Wanted, 'strength'>, before: Values, seen: Gated) =>
  ({ picture: after, notes }: Edited): Edited => {
    // Of a weaker edit, what the whole one would change.
    const change = changeOf(before, after) / Math.max(strength, 1e-3);
    const share = seen.share * shareOf(gate, change);
    const decided: Gated = { ...seen, change, share };
    const same = after.data.length === before.data.length;
    const picture = share === 1 ? after : share === 0 && same ? before : partWay(before, after, share);
    return { picture, notes: { ...notes, gate: { ...decided } } };
  };

/**
 * What a gate sees of a picture before it is edited: whether it was compressed as JPEG and shows it, of pictures whose tables are not
 * known only, since where they are, the network is told by how much was lost; and whether haze lies before its dark things.
 */
export const seenBy = ({ blocks, veil: bounds }: Gate, picture: Values, hasTables: boolean): Gated => {
  const found = blocks === undefined || hasTables ? undefined : blockiness(picture);
  const haze = bounds === undefined ? undefined : veil(picture);
  const isWhole = found === undefined || blocks === undefined || found >= blocks;
  return {
    ...(!isWhole && { blocks: found }),
    ...(haze !== undefined && { veil: haze }),
    share: isWhole ? (bounds === undefined || haze === undefined ? 1 : shareOf(bounds, haze)) : 0,
  };
};

/** The picture as it is, where a gate has seen that it needs nothing, and a picture of its own channels is wanted. */
export const leftAsItIs = (
  seen: Gated,
  { output, grey }: Pick<Wanted, 'output' | 'grey'>,
  picture: Values,
): Edited | undefined => {
  const givesSame = output === 'picture' && (picture.shape[2] === 3 || grey === 'keep');
  return seen.share === 0 && givesSame ? { picture, notes: { gate: { ...seen } } } : undefined;
};
