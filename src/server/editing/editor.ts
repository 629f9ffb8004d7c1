import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import type { Notes } from '../../operator/behaviour.js';
import type { Json } from '../../ports/index.js';

/** One edit of a chain: a pipeline that is on offer, with values for its parameters. */
export interface EditStep {
  readonly pipeline: string;
  readonly parameters: Readonly<Record<string, Json>>;
}

export interface EditRequest {
  readonly edits: readonly [EditStep, ...EditStep[]];
  readonly photo: string;
  readonly name: string;
  readonly to: string;
  readonly priority: 'preview' | 'edit' | 'job';
  readonly signal?: AbortSignal;
}

export interface EditResult {
  readonly type: string;
  readonly extension: string;
  readonly bytes: number;
  readonly digest: string;
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly Diagnostic[];
  readonly notes: Readonly<Record<string, Notes>>;
  readonly receipt: Json;
  readonly milliseconds: number;
  readonly waited: number;
}

export interface Editor {
  readonly edit: (request: EditRequest) => TE.TaskEither<Diagnostics, EditResult>;
}
