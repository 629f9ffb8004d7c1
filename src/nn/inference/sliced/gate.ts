import type { HostTensor } from '../../../ports/index.js';
import type { Gate } from '../../models/index.js';
import { type Gated, shareOf } from '../gating/gate.js';
import { anyRows } from './any-rows.js';
import { prepared, type SliceJob } from './job.js';

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
