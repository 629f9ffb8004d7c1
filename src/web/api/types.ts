/** What the server gives and takes, as docs/serving.md and /openapi.json say it. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON Schema of one parameter of a pipeline. */
export interface ParameterSchema {
  readonly type: 'number' | 'integer' | 'boolean' | 'string';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly description?: string;
}

export type PipelineKind = 'correction' | 'look' | 'other';

export interface Pipeline {
  readonly name: string;
  readonly about?: string;
  readonly source: string;
  readonly kind: PipelineKind;
  readonly parameters: { readonly properties?: Readonly<Record<string, ParameterSchema>> };
  /** Why it cannot edit here; absent where it can. */
  readonly problem?: readonly Notice[];
}

export type Values = Readonly<Record<string, Json>>;

/** One edit of a chain, as requests give it. */
export interface Edit {
  readonly pipeline: string;
  readonly parameters: Values;
}

export interface Notice {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** An error of the server (RFC 9457), or one of the page where `status` is 0. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly remedy?: string;
  readonly diagnostics?: readonly Notice[];
}

export interface PhotoFacts {
  readonly format?: string;
  readonly depth?: number | string;
  readonly profile?: string | null;
  readonly orientation?: number;
  readonly metadata: readonly { readonly kind: string; readonly bytes: number }[];
  readonly panorama: boolean;
  readonly stereo: boolean;
  readonly warnings: readonly Notice[];
}

export interface PhotoInfo {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly digest: string;
  readonly facts: PhotoFacts;
  readonly expires: string;
}

export type Uploaded = PhotoInfo | { readonly name: string; readonly problem: Problem };

export type JobState = 'waiting' | 'working' | 'done' | 'cancelled';

export interface Counts {
  readonly total: number;
  readonly waiting: number;
  readonly working: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface Job {
  readonly id: string;
  readonly name?: string | null;
  readonly state: JobState;
  readonly edits: readonly Edit[];
  readonly counts: Counts;
  /** Of all its results. */
  readonly bytes: number;
  readonly created: string;
  readonly started?: string | null;
  readonly ended?: string | null;
  readonly expires?: string | null;
  readonly secondsLeft?: number | null;
}

export interface JobItem {
  readonly number: number;
  readonly name: string;
  readonly state: 'waiting' | 'working' | 'done' | 'failed' | 'cancelled';
  readonly photo?: string;
  /** Why it failed. */
  readonly problem?: readonly Notice[];
  readonly attempts?: number;
}

export interface Preset {
  readonly name: string;
  readonly file: string;
  readonly yaml: string;
  readonly commands: { readonly run: string; readonly watch: string };
}

/** A photo edited at full size. */
export interface Edited {
  readonly blob: Blob;
  readonly name: string;
  readonly receipt?: string;
  readonly warnings: readonly Notice[];
  readonly notes: Readonly<Record<string, Json>>;
}

export interface Preview {
  readonly blob: Blob;
  readonly warnings: readonly Notice[];
  readonly notes: Readonly<Record<string, Json>>;
  readonly milliseconds: number;
}
