import type { Diagnostics } from '../../diagnostics/index.js';
import type { SourceFile } from '../../pipelines/compile.js';

/** A training as a process of its own is given it. */
export interface TrainingSetup {
  readonly file: SourceFile;
  /** Which pipeline of the file. */
  readonly pipeline?: string;
  /** Values of parameters as texts, paths among them absolute. */
  readonly set: Readonly<Record<string, string>>;
  readonly engine: string;
  /** Whether it goes on from the latest checkpoint. */
  readonly resume: boolean;
}

/** What the process is told. */
export type Told = { readonly kind: 'setup'; readonly setup: TrainingSetup } | { readonly kind: 'stop' };

/** What it says: how the training ended. Whatever else there is to know stands in the training's folder. */
export type Said =
  | { readonly kind: 'ended'; readonly end: 'complete' | 'stopped' }
  | { readonly kind: 'failed'; readonly diagnostics: Diagnostics };
