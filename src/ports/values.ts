import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { ImageFormat } from './frame.js';
import type { HostTensor } from './host-tensor.js';
import type { Item, ItemKey } from './item.js';

/** A file that a source found. Its place relative to the source's folder is the item's `key.path`. */
export interface FileRef {
  /** Absolute path on disk; of bytes, what messages call them. */
  readonly path: string;
  /** What the file holds, where it is not on disk. */
  readonly bytes?: Uint8Array;
  /** What its store tells of it, where it is an object: the path then stands for it, and nothing is there. */
  readonly object?: { readonly size: number; readonly modified: number; readonly tag: string };
}

/** The bytes of an image file about to be saved. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  /**
   * Extension that the file should have, without the dot; absent when the source's own is right. A sink that fills in
   * `{path}` or `{ext}` puts it in the place of the source's.
   */
  readonly extension?: string;
  /** When the photo's file was changed last, in milliseconds since 1970, where it is known. */
  readonly modified?: number;
}

/** A file that a sink has written. */
export interface Saved {
  /** Absolute path on disk. */
  readonly path: string;
  /** Bytes written. */
  readonly size: number;
  /** SHA-256 of these bytes in hexadecimal, where the sink knows it. */
  readonly digest?: string;
}

/** Two values made from one item, such as a hazy and a clear photo of the same scene. */
export interface Pair<A, B> {
  readonly from: A;
  readonly to: B;
}

/** Two items that have nothing to do with each other, one of each domain. */
export interface Unpaired<A, B> {
  readonly a: Item<A>;
  readonly b: Item<B>;
}

/** Items that go through training together; each keeps its key, so that `unbatch` gives them back unchanged. */
export interface Batch<A> {
  readonly items: readonly Item<A>[];
}

/** Named figures about an item, such as `psnr` in dB and `ssim` in -1..1. */
export interface Measure {
  readonly figures: Readonly<Record<string, number>>;
}

/** What kind of network it is and the options it was made with: with its weights, all that is needed to apply it. */
export interface NetworkSpec {
  /** As in `pyramid`. */
  readonly kind: string;
  readonly options: Readonly<Record<string, number>>;
  /** The plugin that defines it, where one does: as it was called, and the digest of all that it executes. */
  readonly plugin?: { readonly plugin: string; readonly digest: string };
}

/** What a training step gives: the state after it, what it measured on the way, and what can be made of it. */
export interface Training {
  /** Steps done, from 1. */
  readonly step: number;
  /** Steps that the whole schedule has. */
  readonly total: number;
  /** Whether it still learns natural textures, or its task already. */
  readonly phase: 'pretrain' | 'train';
  /** Examples seen so far. */
  readonly images: number;
  /** The learning rate of this step. */
  readonly rate: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Everything that the next step needs: weights, moments, averages. */
  readonly state: Readonly<Record<string, HostTensor>>;
  /** Restart cycle, from 0. */
  readonly cycle: number;
  /** The last item learned from: `items`, or `a` and `b` of photos that are unpaired. */
  readonly position: Readonly<Record<string, ItemKey>>;
  /** How many steps are done when the last one is that takes as long as this one does. Default: all. */
  readonly paceUntil?: number;
  /** How many steps like this one what is left takes as long as. Default: as many as are left. */
  readonly stepsLeft?: number;
  /** How good the model of this step is, where it was judged at it. */
  readonly validation?: Validation;
  /**
   * Events that happened at this step: `restart` at the last step of a restart cycle, `end` at the last of all, `growing` where
   * a loss begins to grow beyond measure, `restored` and `outgrown` where an earlier state was gone back to; `best` where no model before was as good,
   * `worse`, `overfitting`, `collapsed` and `outplayed` where something is seen that more steps do not put right, `patience` where it ends since
   * nothing better has come for long.
   */
  readonly marks: readonly string[];
  /** The generator as it would be used now, averaged over steps where that was asked for. */
  readonly model: TrainedModel;
  /** Applies it to the examples of this step, for people to look at. */
  readonly samples: TaskEither<Diagnostics, readonly SampleRow[]>;
}

/** How good a model is, by photos that it does not learn from. */
export interface Validation {
  /** Photos that it is judged by. */
  readonly photos: number;
  /** The figure that one model is better than another by: the larger. `psnr` of pairs, `look` of photos that are unpaired. */
  readonly by: string;
  /** Means over the photos: `psnr` in dB and `ssim` of pairs; `look`, `colours`, `structure`, `clipped` of photos that are unpaired. */
  readonly figures: Readonly<Record<string, number>>;
  /** The same figures of the photos as they are. */
  readonly before: Readonly<Record<string, number>>;
  /** The best until now: its step, and its figure. */
  readonly best: { readonly step: number; readonly value: number };
}

/** A generator and its weights. */
export interface TrainedModel {
  readonly generator: NetworkSpec;
  readonly weights: Readonly<Record<string, HostTensor>>;
}

/** Pictures of one example, `[height, width, 3]` uint8, by what they are: `input`, `output`, `target`, `back`. */
export interface SampleRow {
  readonly name: string;
  readonly pictures: Readonly<Record<string, HostTensor<'uint8'>>>;
}
