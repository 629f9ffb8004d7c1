import type { Readable } from 'node:stream';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { EditStep } from '../../execution/editing/editor.js';
import type { Acceptance } from '../jobs/accept.js';
import type { JobFiles } from '../jobs/job-files.js';
import type { Scheduler } from '../jobs/scheduler.js';
import type { Photo } from '../store/tables.js';
import type { Sender } from '../webhooks/sender.js';

/** What the routes of jobs work with. */
export interface JobServices extends Acceptance {
  readonly files: JobFiles;
  readonly scheduler: Scheduler;
  readonly sender: Sender;
  /** Checks that the pipelines are on offer, and the values of their parameters. */
  readonly checkEdits: (edits: readonly EditStep[]) => TE.TaskEither<Diagnostics, void>;
  /** Takes in a photo: it is on the disk, looked at, and kept under an id. */
  readonly receive: (
    file: Readable,
    about: { readonly name: string; readonly owner: string; readonly signal: AbortSignal },
  ) => TE.TaskEither<Diagnostics, Photo>;
  /** Bytes of one photo, and of all photos of one form. */
  readonly limits: { readonly bytes: number; readonly requestBytes: number };
  /** Streams of events that are open at the same time. */
  readonly mostStreams: number;
  /** Aborts when the server is being stopped. */
  readonly stopping: AbortSignal;
  /** Milliseconds of silence after which a stream of events says that it lives. Default: 15 s. */
  readonly heartbeat?: number;
}
