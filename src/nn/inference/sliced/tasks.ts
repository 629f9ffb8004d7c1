import { emptyLike } from '../../../image/samples/samples.js';
import { anyRows } from './any-rows.js';
import { channelsOf, type Data, prepared, type SliceJob } from './job.js';
import { isPlain, plainRows } from './kernel.js';
import { type Seen, thumbnailRows } from './thumbnail-rows.js';

/** What can be done to a strip of a picture. Its buffer may be moved to a thread. */
export type Task =
  | {
      readonly kind: 'thumbnail';
      readonly seen: Seen;
      /** The rows of pixels behind these rows of the thumbnail. */
      readonly samples: Data;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'slice';
      readonly job: SliceJob;
      /** The rows of pixels from `from` to `to`. */
      readonly samples: Data;
      readonly from: number;
      readonly to: number;
    };

type Slice = (source: Data, target: Data, from: number, to: number) => void;

let last: { readonly serial: number; readonly slice: Slice } | undefined;

const sliceOf = (job: SliceJob): Slice => {
  if (last?.serial === job.serial) return last.slice;
  const ready = prepared(job);
  const slice = isPlain(job) ? plainRows(job, ready) : anyRows(job, ready);
  last = { serial: job.serial, slice };
  return slice;
};

/** Does a task, here and now: rows of the thumbnail, three channels of 0..1, or of the result. */
export const perform = (task: Task): Data => {
  const { samples, from, to } = task;
  if (task.kind === 'thumbnail') return thumbnailRows(task.seen, samples, from, to);
  const { job } = task;
  const made = emptyLike(samples, (to - from) * job.width * channelsOf(job));
  sliceOf(job)(samples, made, from, to);
  return made;
};
