import type { Json } from '../../ports/index.js';

/** One edit of a chain: a pipeline that is on offer, with values for its parameters. */
export interface EditStep {
  readonly pipeline: string;
  readonly parameters: Readonly<Record<string, Json>>;
}
