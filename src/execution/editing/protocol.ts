import type { Diagnostic, Diagnostics } from '../../diagnostics/index.js';
import type { PhotoFacts as Facts } from '../../image/preview/facts.js';
import type { Notes } from '../../operator/behaviour.js';
import type { SourceFile } from '../../pipelines/compile.js';
import type { Json } from '../../ports/index.js';

/** A pipeline with values for its parameters, as text: what the editing process compiles and keeps. */
export interface Work {
  readonly file: SourceFile;
  /** Which pipeline of the file. */
  readonly pipeline?: string;
  readonly set: Readonly<Record<string, string>>;
}

/** How the editing process works. */
export interface Setup {
  /** An engine by its name, or `auto`. */
  readonly engine: string;
  /** Bytes that work on photos may take, all of them together. */
  readonly memory: number;
  readonly certify: boolean;
  /** Milliseconds that a photo may take, Infinity for any time; by its size where it is not said. */
  readonly timeout?: number;
  /** Pixels that a photo may have. */
  readonly maxPixels: number;
}

/** One photo to edit: its file, and what it is called. */
interface OfPhoto {
  readonly photo: string;
  readonly name: string;
}

/** A result at its full size. */
export interface EditTask extends OfPhoto {
  readonly kind: 'edit';
  readonly work: Work;
  /** Where the result is written, whole or not at all. */
  readonly to: string;
  readonly index: number;
}

/** What a small copy of a photo becomes by edits, one after the other; by none, the photo itself. */
export interface PreviewTask extends OfPhoto {
  readonly kind: 'preview';
  readonly works: readonly Work[];
  /** The longest side, in pixels. */
  readonly size: number;
  readonly overlay?: 'trust' | 'clipping';
  /** A folder where small copies of this photo are kept, as long as it is there. */
  readonly proxies?: string;
}

/** What a photo is and carries. */
export interface InspectTask extends OfPhoto {
  readonly kind: 'inspect';
  readonly proxies?: string;
}

/** Makes edits ready before a photo comes. */
export interface WarmTask {
  readonly kind: 'warm';
  readonly works: readonly Work[];
}

export type Task = EditTask | PreviewTask | InspectTask | WarmTask;

/** What the editing process is told. */
export type Told =
  | { readonly kind: 'setup'; readonly setup: Setup }
  | { readonly kind: 'do'; readonly id: number; readonly task: Task }
  | { readonly kind: 'cancel'; readonly id: number };

export interface Edited {
  /** MIME type. */
  readonly type: string;
  /** Without the dot. */
  readonly extension: string;
  readonly bytes: number;
  /** SHA-256 of the result. */
  readonly digest: string;
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly Diagnostic[];
  readonly notes: Readonly<Record<string, Notes>>;
  /** How it was made, as `pipe run` records it. */
  readonly receipt: Json;
}

export interface Previewed {
  readonly image: Uint8Array;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly Diagnostic[];
  readonly notes: Readonly<Record<string, Notes>>;
}

export interface PhotoFacts extends Facts {
  readonly bytes: number;
  readonly digest: string;
  readonly type: string;
  readonly warnings: readonly Diagnostic[];
}

/** What comes of each kind of task. */
export interface Made {
  readonly edit: Edited;
  readonly preview: Previewed;
  readonly inspect: PhotoFacts;
  readonly warm: null;
}

/** What the editing process says. */
export type Said =
  | { readonly kind: 'ready' }
  /** An operator begins; the whole task may take so many milliseconds. */
  | {
      readonly kind: 'at';
      readonly id: number;
      readonly operator: string;
      readonly allowed: number;
    }
  | { readonly kind: 'made'; readonly id: number; readonly made: Made[keyof Made] }
  | { readonly kind: 'failed'; readonly id: number; readonly diagnostics: Diagnostics };
