import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { HostTensor, Training } from '../ports/index.js';

/** A training as it was kept: all that is needed to go on as if it had never stopped. */
export interface SavedTraining {
  readonly step: number;
  readonly state: Readonly<Record<string, HostTensor>>;
  /** What was learned from last. */
  readonly position: Training['position'];
}

/** Where an operator keeps the state of the scan before it. */
export interface Checkpoints {
  readonly folder: string;
  /** The latest whole one, and what is to be told of later ones that are damaged; none where there is no training. */
  readonly latest: TaskEither<
    Diagnostics,
    Option<{ readonly saved: SavedTraining; readonly warnings: readonly Diagnostic[] }>
  >;
}
