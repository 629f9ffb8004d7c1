/** One try to deliver a webhook. */
export interface Try {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly milliseconds: number;
  /** The status that the receiver answered with. */
  readonly status?: number;
  /** What came in the way, where there was no answer. */
  readonly problem?: string;
}

/** What all deliveries say. */
interface DeliveryFacts {
  readonly id: string;
  readonly job: string;
  readonly owner: string;
  readonly url: string;
  /** The body, as it is signed and sent each time. */
  readonly payload: string;
  readonly created: number;
  /** How often it was tried. */
  readonly tries: number;
  /** The last tries, oldest first. */
  readonly last: readonly Try[];
}

/** A webhook that is to be tried, that arrived, or that was given up. */
export type Delivery =
  | (DeliveryFacts & { readonly state: 'due'; readonly at: number })
  | (DeliveryFacts & { readonly state: 'delivered' })
  | (DeliveryFacts & { readonly state: 'given-up' });

export type Due = Extract<Delivery, { state: 'due' }>;

/** Tries that are kept to be shown. */
const LAST_TRIES = 5;

/** How often a webhook is tried: with the waits below, for about a day. */
export const MOST_TRIES = 13;

const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 6 * 3600 * 1000;

/**
 * How long to wait after a failed try: 5 s, and three times as long after each further one, up to 6 hours; by up to a quarter
 * shorter or longer, lest many come back at once.
 *
 * @param tries that were made, from 1
 * @param chance from 0 to 1
 * @param asked milliseconds that the receiver asked to be left alone for
 */
export const waitAfter = (tries: number, chance: number, asked = 0): number => {
  const wait = Math.min(FIRST_WAIT_MS * 3 ** (tries - 1), LONGEST_WAIT_MS);
  return Math.max(Math.round(wait * (0.75 + chance / 2)), Math.min(asked, LONGEST_WAIT_MS));
};

/** A webhook that is to be tried at once. */
export const newDelivery = (facts: {
  readonly id: string;
  readonly job: string;
  readonly owner: string;
  readonly url: string;
  readonly payload: string;
  readonly created: number;
}): Due => ({ ...facts, state: 'due', at: facts.created, tries: 0, last: [] });

const hasArrived = ({ status }: Try): boolean => status !== undefined && status >= 200 && status < 300;

/** The receiver wants no more of them: 410 Gone. */
const isUnwanted = ({ status }: Try): boolean => status === 410;

/** What becomes of a webhook by a try. */
export const tried = (delivery: Due, attempt: Try, chance: number, asked?: number): Delivery => {
  const { at: _, state: __, ...facts } = delivery;
  const after = { ...facts, tries: facts.tries + 1, last: [...facts.last, attempt].slice(-LAST_TRIES) };
  if (hasArrived(attempt)) return { ...after, state: 'delivered' };
  if (isUnwanted(attempt) || after.tries >= MOST_TRIES) return { ...after, state: 'given-up' };
  return { ...after, state: 'due', at: attempt.at + waitAfter(after.tries, chance, asked) };
};
