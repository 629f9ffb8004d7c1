/**
 * What an error means for the run that meets it at an item.
 *
 * - `fatal`: every further item would meet it as well, so the run ends. It says nothing of the item.
 * - `transient`: it says nothing of the item, which is tried again the next time.
 * - `permanent`: it would come again with the same item and pipeline, so the item is set aside until one of them changes.
 */
export type Disposition = 'fatal' | 'transient' | 'permanent';

/** What is known of a code: what it means, how such a thing is fixed, and what it means for a run. */
export interface Explanation {
  readonly title: string;
  readonly remedy: string;
  readonly disposition: Disposition;
  /** True for what a place where results go can lack, and get back: a result is written again after a while. */
  readonly retriedAtSink?: true;
}

export type Explanations = Readonly<Record<string, Explanation>>;
