import type * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import type { Notes } from '../../ops/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import type { Encoded, ItemFailure, ItemKey } from '../../ports/index.js';
import type { Weights } from '../../records/digest.js';
import type { SourceState } from '../../records/journal/entries.js';
import type { Settings, Surroundings } from '../../records/receipts/recipe.js';

/** One photo of a run, for whoever works on it in another place. */
export interface Errand {
  readonly key: ItemKey;
  /** The photo's file. */
  readonly input: string;
  readonly about: SourceState;
  /** The file that the result is written to here. */
  readonly target: string;
  /** What is done to it: see `digestPipeline`. */
  readonly digest: Digest;
  /** Whether a process has ended at it before: it is worked on in one of its own. */
  readonly isSuspect: boolean;
}

/** What was made of a photo in another place, and how. */
export interface Made {
  readonly value: Encoded;
  readonly notes: Readonly<Record<string, Notes>>;
  readonly warnings: readonly Diagnostic[];
  readonly settings: Settings;
  readonly surroundings: Surroundings;
}

/** A failure at an operator. */
export type Failed = Pick<ItemFailure, 'operator' | 'diagnostics'>;

/** A place that works on the photos of one run. */
export interface OpenElsewhere {
  /** Has a photo worked on, all but writing the result. It must end soon when the signal aborts. */
  readonly work: (errand: Errand, signal: AbortSignal) => Promise<E.Either<Failed, Made>>;
  /** Is told that a result is where it belongs. */
  readonly delivered: (errand: Errand) => Promise<void>;
  readonly close: (isStopped: boolean) => Promise<void>;
}

/** A run whose photos are worked on in another place. */
export interface AwayRun {
  readonly graph: Graph;
  /** The folder of results. */
  readonly folder: string;
  readonly weights: Weights;
  /** How many photos are to be done, as far as it was seen before. */
  readonly total: number;
  readonly engine: string;
  /** Milliseconds that one photo may take; by its size where it is not said. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly laws: boolean;
  /** Whether what failed before is tried again though nothing has changed. */
  readonly retry: boolean;
  /** Is told what photos have to wait for, and for how many milliseconds it is not looked at again. */
  readonly waiting: (reason: Diagnostics, milliseconds: number) => void;
}

/** A place other than this process, where the work of a run is done. */
export interface Elsewhere {
  /** Photos that it takes at once: those that wait there count. */
  readonly lanes: number;
  readonly open: (run: AwayRun) => TE.TaskEither<Diagnostics, OpenElsewhere>;
}
