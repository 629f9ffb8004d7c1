import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import type { Notes } from '../../operator/behaviour.js';
import type { ItemFailure, ItemKey, Measure, Training } from '../../ports/index.js';
import type { RunEnd, RunEvent } from '../../streams/index.js';

/**
 * What happens in a run: items done, failed and skipped, things to know about items that go on, figures that were
 * measured, facts that operators note, and which engine does the tensor work.
 */
export type PipelineEvent =
  | RunEvent
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  /** It failed before, and is not tried again since nothing has changed. */
  | { readonly kind: 'quarantined'; readonly failure: ItemFailure }
  /** Nothing can be written for now; it is tried again after a while. */
  | {
      readonly kind: 'waiting';
      readonly key: ItemKey;
      readonly diagnostics: Diagnostics;
      readonly milliseconds: number;
    }
  /** Something has to be waited for before the run begins. */
  | { readonly kind: 'delayed'; readonly reason: Diagnostic; readonly milliseconds: number }
  | { readonly kind: 'engine'; readonly name: string }
  /** The run goes on with a training that had come to a step. */
  | { readonly kind: 'resumed'; readonly step: number; readonly folder: string }
  | { readonly kind: 'measured'; readonly key: ItemKey; readonly figures: Measure['figures'] }
  | { readonly kind: 'trained'; readonly key: ItemKey; readonly training: TrainedStep }
  | {
      readonly kind: 'noted';
      readonly key: ItemKey;
      readonly operator: string;
      readonly facts: Notes;
    }
  | { readonly kind: 'warned'; readonly key: ItemKey; readonly warning: Diagnostic };

/** What is told of a training step: all but the tensors. */
export type TrainedStep = Pick<
  Training,
  | 'step'
  | 'total'
  | 'phase'
  | 'cycle'
  | 'images'
  | 'rate'
  | 'metrics'
  | 'marks'
  | 'paceUntil'
  | 'stepsLeft'
  | 'validation'
>;

/** What a run came to. */
export interface Report {
  /** Items that came through. */
  readonly done: number;
  /** Items that were done before. */
  readonly skipped: number;
  /** Items set aside, in the order in which they came out. */
  readonly failed: readonly ItemFailure[];
  readonly end: RunEnd;
  readonly milliseconds: number;
}

/** What is told of a run from outside of it, before it begins and when it is over. */
type Bounds =
  /** What is wrong with the pipeline or worth knowing about it; an error keeps it from running. */
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  /** The run begins: so many items are there, and so many of them are done already, where the pipeline works on files. */
  | {
      readonly kind: 'planned';
      readonly pipeline: string;
      readonly bulk?: { readonly items: number; readonly done: number };
    }
  /** A folder is watched from now on. */
  | {
      readonly kind: 'watching';
      readonly pipeline: string;
      readonly input: string;
      readonly output: string;
    }
  | { readonly kind: 'reported'; readonly report: Report };

/** Events of the stream of items, which the plan and the report tell more about. */
type StreamBounds = Extract<PipelineEvent, { readonly kind: 'started' | 'finished' }>;

/** All that is told of a run to whoever started it: what leads to it, what happens in it, and what it came to. */
export type RunMessage = Bounds | Exclude<PipelineEvent, StreamBounds>;

/** True for what is a message of its own. */
export const isMessage = (event: PipelineEvent): event is Exclude<PipelineEvent, StreamBounds> =>
  event.kind !== 'started' && event.kind !== 'finished';
