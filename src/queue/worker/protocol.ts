import type { PluginDigest } from '../../pipelines/plugins/closure.js';
import type { QueuedFailure, QueuedMade, QueuedPhoto, QueuedPipeline, Said } from '../messages.js';

/** Another name that a folder of the machine of the run has here. */
export interface Mapping {
  readonly from: string;
  readonly to: string;
}

/** What a worker may do, by its operator's word. */
export interface Setup {
  /** What the worker is called. */
  readonly worker: string;
  readonly jobs: number;
  /** Bytes that work on photos may take together. */
  readonly memory: number;
  /** The engine that it has; undefined where any will do that can be started. */
  readonly engine?: string;
  /** Folders below which it reads photos and writes results. */
  readonly roots: readonly string[];
  readonly maps: readonly Mapping[];
  /** Plugins that may run, by the digests of all that they execute. */
  readonly plugins: readonly PluginDigest[];
  /** Where weights are kept that came through the queue. */
  readonly cache: string;
}

/** A photo to work on. */
export interface Task {
  readonly digest: string;
  readonly pipeline: QueuedPipeline;
  readonly item: string;
  readonly photo: QueuedPhoto;
  /** Whether too little memory is a failure of the photo, and no reason to give it back. */
  readonly isLast: boolean;
}

/** What the process that works is told. */
export type Told =
  | { readonly kind: 'setup'; readonly setup: Setup }
  | { readonly kind: 'work'; readonly id: number; readonly task: Task };

/** What came of a photo there. */
export type Answer =
  | { readonly kind: 'made'; readonly made: QueuedMade }
  | { readonly kind: 'failed'; readonly failed: QueuedFailure }
  /** It cannot be done here. */
  | { readonly kind: 'unable'; readonly said: Said }
  /** Weights are not here, or are others: their digests. */
  | { readonly kind: 'lacking'; readonly weights: readonly string[] };

/** What it says meanwhile and in the end. */
export type Message =
  | { readonly kind: 'at'; readonly id: number; readonly operator: string; readonly allowed: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer };
