import type { Json } from '../../ports/index.js';

/** Where the photo of an item comes from. */
export type ItemSource =
  | { readonly kind: 'photo'; readonly id: string }
  | { readonly kind: 'path'; readonly path: string; readonly shown?: string }
  | { readonly kind: 'url'; readonly url: string }
  /** What it was stood in a record that was damaged. */
  | { readonly kind: 'lost' };

/** A diagnostic as it is kept and told: without what was thrown underneath. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What is known of a photo that was edited. The file itself lies beside the store. */
export interface ItemResult {
  /** MIME type, as in `image/jpeg`. */
  readonly type: string;
  /** Without a dot. */
  readonly extension: string;
  readonly bytes: number;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly width: number;
  readonly height: number;
  /** Identifies its receipt. */
  readonly receipt: string;
  readonly warnings: readonly Told[];
  readonly milliseconds: number;
}

/** What an item is, whatever becomes of it. */
export interface ItemFacts {
  /** From 1, in the order in which the job was given its photos. */
  readonly number: number;
  /** What the photo is called; never a path. */
  readonly name: string;
  readonly source: ItemSource;
  /** The job's revision at the last change of the item; 0 while there was none. */
  readonly revision: number;
  /** How often work on it was begun. */
  readonly attempts: number;
  /** How often the server ended while it was worked on. */
  readonly interrupted: number;
}

export interface Waiting extends ItemFacts {
  readonly state: 'waiting';
}

export interface Working extends ItemFacts {
  readonly state: 'working';
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface Done extends ItemFacts {
  readonly state: 'done';
  readonly ended: number;
  readonly result: ItemResult;
}

export interface Failed extends ItemFacts {
  readonly state: 'failed';
  readonly ended: number;
  readonly problem: readonly [Told, ...Told[]];
}

export interface Cancelled extends ItemFacts {
  readonly state: 'cancelled';
  readonly ended: number;
}

/** One photo of a job, in the state that it is in. */
export type Item = Waiting | Working | Done | Failed | Cancelled;

export type ItemState = Item['state'];

/** Every state of an item, in the order in which they are told. */
export const ITEM_STATES = [
  'waiting',
  'working',
  'done',
  'failed',
  'cancelled',
] as const satisfies readonly ItemState[];

/** How often the server may end while an item is worked on before the item is reported instead of tried again. */
export const MOST_INTERRUPTIONS = 20;

const factsOf = ({ number, name, source, revision, attempts, interrupted }: Item): ItemFacts => ({
  number,
  name,
  source,
  revision,
  attempts,
  interrupted,
});

/** An item as it comes into a job. */
export const newItem = (number: number, name: string, source: ItemSource): Waiting => ({
  state: 'waiting',
  number,
  name,
  source,
  revision: 0,
  attempts: 0,
  interrupted: 0,
});

/** Work on it begins. */
export const begun = (item: Waiting, now: number): Working => ({
  ...factsOf(item),
  state: 'working',
  attempts: item.attempts + 1,
  since: now,
});

/** Its photo was edited. */
export const finished = (item: Working, result: ItemResult, now: number): Done => ({
  ...factsOf(item),
  state: 'done',
  ended: now,
  result,
});

/** Its photo could not be edited. */
export const failed = (item: Working, problem: Failed['problem'], now: number): Failed => ({
  ...factsOf(item),
  state: 'failed',
  ended: now,
  problem,
});

/** Nobody wants it any more. */
export const cancelled = (item: Waiting | Working, now: number): Cancelled => ({
  ...factsOf(item),
  state: 'cancelled',
  ended: now,
});

/** It is given back unfinished by a server that stops in good order. */
export const givenBack = (item: Working): Waiting => ({ ...factsOf(item), state: 'waiting' });

/** The server ended while it was worked on: it waits again, or is reported when that came too often. */
export const recovered = (item: Working, now: number): Waiting | Failed => {
  const facts = { ...factsOf(item), interrupted: item.interrupted + 1 };
  return facts.interrupted < MOST_INTERRUPTIONS
    ? { ...facts, state: 'waiting' }
    : {
        ...facts,
        state: 'failed',
        ended: now,
        problem: [
          {
            code: 'job/interrupted',
            message: `The server ended ${facts.interrupted} times while ${item.name} was worked on.`,
          },
        ],
      };
};

/** It is tried again. */
export const again = (item: Failed): Waiting => ({ ...factsOf(item), state: 'waiting', interrupted: 0 });

/** What the pipeline is given, as JSON. */
export type Parameters = Readonly<Record<string, Json>>;
