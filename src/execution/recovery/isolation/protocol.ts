import type { Diagnostic, Diagnostics } from '../../../diagnostics/index.js';
import type { Digest } from '../../../disk/digest.js';
import type { Notes } from '../../../ops/index.js';
import type { PluginUse } from '../../../pipelines/plugins.js';
import type { ItemKey, Json } from '../../../ports/index.js';
import type { Weights } from '../../../records/digest.js';
import type { SourceState } from '../../../records/journal/entries.js';

/** What a process is to do: all of a pipeline to one photo, but for writing the result. */
export interface Job {
  readonly name: string;
  /** The pipeline as it stands in a recipe. */
  readonly pipeline: Json;
  /** The folder of results, where paths in the pipeline start. */
  readonly folder: string;
  readonly weights: Weights;
  /** The plugins that the run was allowed to load, and has loaded. */
  readonly plugins: readonly PluginUse[];
  readonly key: ItemKey;
  /** The photo's file. */
  readonly input: string;
  /** What is known of it, for a receipt inside the result. */
  readonly about: SourceState & { readonly target: string; readonly digest: Digest };
  readonly engine: string;
  readonly memory: number;
  /** Milliseconds that it may take; by its size where it is not said. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly laws: boolean;
}

/** What it says meanwhile, and what came of it. Nothing else is said after `made`, `failed` or `unable`. */
export type Message =
  /** An operator begins, or several that are one compiled graph: the path of the first. All may take so many milliseconds. */
  | { readonly kind: 'at'; readonly operator: string; readonly allowed: number }
  | { readonly kind: 'engine'; readonly name: string }
  | { readonly kind: 'warned'; readonly warning: Diagnostic }
  | { readonly kind: 'noted'; readonly operator: string; readonly facts: Notes }
  | { readonly kind: 'made'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly operator: string; readonly diagnostics: Diagnostics }
  /** The pipeline does not compile there, or what it needs does not open. */
  | { readonly kind: 'unable'; readonly diagnostics: Diagnostics };
