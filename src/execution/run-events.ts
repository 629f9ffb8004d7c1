import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { Notes } from '../operator/behaviour.js';
import type { ItemFailure, ItemKey, Measure, Training } from '../ports/index.js';
import type { RunEvent } from '../streams/index.js';

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
  'step' | 'total' | 'phase' | 'cycle' | 'images' | 'rate' | 'metrics' | 'marks' | 'paceUntil'
>;
