import type { Readable } from 'node:stream';
import type * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { EditStep } from '../editing/editor.js';
import type { Acceptance } from '../jobs/accept.js';
import type { Scheduler } from '../jobs/scheduler.js';
import type { StateFiles } from '../store/state-files.js';
import type { Photo } from '../store/tables.js';
import type { requires } from '../tokens/access.js';
import type { Sender } from '../webhooks/sender.js';

/** What the routes of jobs work with. */
export interface JobServices extends Acceptance {
  readonly files: StateFiles;
  readonly scheduler: Scheduler;
  readonly sender: Sender;
  readonly requires: ReturnType<typeof requires>;
  /** Checks that the pipelines are on offer, and the values of their parameters. */
  readonly checkEdits: (
    edits: readonly EditStep[],
  ) => E.Either<Diagnostics, readonly [EditStep, ...EditStep[]]>;
  /** Takes in a photo: it is on the disk, looked at, and kept under an id. Throws a `Refusal`. */
  readonly receive: (
    file: Readable,
    about: { readonly name: string; readonly type: string; readonly owner: string },
  ) => Promise<Photo>;
  /** Streams of events that are open at the same time. */
  readonly mostStreams: number;
  /** Aborts when the server is being stopped. */
  readonly stopping: AbortSignal;
  /** Milliseconds of silence after which a stream of events says that it lives. Default: 15 s. */
  readonly heartbeat?: number;
}
