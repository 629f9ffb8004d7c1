import type { HostTensor } from '../../../ports/index.js';
import type { Gate } from '../../models/index.js';
import { anyRows } from './any-rows.js';
import { prepared, type SliceJob } from './job.js';

/** What a gate decided for a picture. */
export interface Gated {
  /** The root of the mean square of the thumbnail's change, of values 0..1. */
  readonly change: number;
  /** How much of the edit is made: 0 none, 1 all. */
  readonly share: number;
}

/** Smoothly from 0 at `below` to 1 at `above`. */
const shareOf = ({ below, above }: Gate, change: number): number => {
  if (change >= above) return 1;
  if (change <= below) return 0;
  const place = (change - below) / (above - below);
  return place * place * (3 - 2 * place);
};

const inside = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/**
 * Whether a picture needs the edit: what the network would make of its thumbnail at full strength is compared with the thumbnail.
 * A network that has learned what needs nothing changes it little.
 *
 * @param job how the picture is to be sliced
 * @param thumbnail [side,side,3] of 0..1
 */
export const gated = (job: SliceJob, thumbnail: HostTensor, gate: Gate): Gated => {
  const [side = 1] = thumbnail.shape;
  const own: SliceJob = {
    ...job,
    width: side,
    height: side,
    channels: 3,
    depth: 'float32',
    strength: 1,
    gives: 'colours',
  };
  const seen = thumbnail.data as Float32Array;
  const made = new Float32Array(seen.length);
  anyRows(own, prepared(own))(seen, made, 0, side);
  const squares = made.reduce((sum, value, i) => sum + (inside(value) - (seen[i] as number)) ** 2, 0);
  const change = Math.sqrt(squares / made.length);
  return { change, share: shareOf(gate, change) };
};
