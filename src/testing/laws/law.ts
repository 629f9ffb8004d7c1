import * as E from 'fp-ts/lib/Either.js';
import type { Operator } from '../../operator/operator.js';
import type { CheckedParams } from '../../operator/params/index.js';
import type { Laws } from '../../operator/promises.js';
import type { PictureShape } from '../../ports/index.js';
import { type Frame, type Outcome, type Port, samePort, travelsOn } from '../../ports/index.js';
import type { Feeds, Given, OperateOptions, Placed } from '../run/operate.js';

/** What became of a law in one case. A case may not be one that it is about. */
export type Verdict =
  | { readonly kind: 'kept' }
  | { readonly kind: 'moot' }
  | { readonly kind: 'broken'; readonly how: string };

export const kept: Verdict = { kind: 'kept' };
export const moot: Verdict = { kind: 'moot' };
export const broken = (how: string): Verdict => ({ kind: 'broken', how });

/** Kept where there is nothing to complain about. */
export const unless = (complaint: string | undefined): Verdict =>
  complaint === undefined ? kept : broken(complaint);

/** What is different in a further run of the same case. */
export interface Variation extends OperateOptions {
  readonly feeds?: Feeds;
  readonly written?: unknown;
  readonly seed?: number;
  /** The oracle computes with tfjs's own kernels. */
  readonly engine?: 'cpu' | 'oracle';
  /** Hands over the very inputs instead of copies. */
  readonly bare?: boolean;
  /** Compiles tensor work anew; within a case it is compiled once for each size otherwise. */
  readonly fresh?: boolean;
}

/** An operator and what it is held to. */
export interface Subject {
  readonly operator: Operator;
  readonly laws: Laws<CheckedParams>;
  /** Another operator that undoes it, and when. */
  readonly undoneBy?: Undoing;
  /** Parameters, as written, that must come to the same, pair by pair. */
  readonly alike: readonly (readonly [unknown, unknown])[];
}

/** That another operator undoes this one. */
export interface Undoing {
  readonly operator: Operator;
  /** Parameters of the other one, as written. */
  readonly params?: unknown;
  /** With which parameters, as it gets them, and for which value that goes in. Default: always. */
  readonly when?: (params: never, value: never) => boolean;
  /** By how much values, 0..1, may differ afterwards. Default: 0. */
  readonly tolerance?: number;
}

/** One case: parameters, inputs and place, with runs to look at. */
export interface Trial {
  readonly subject: Subject;
  readonly params: CheckedParams;
  readonly written: unknown;
  readonly feeds: Feeds;
  /** A folder of this case's own, where inputs that are files lie. */
  readonly folder: string;
  readonly seed: number;
  /** A number that decides what a law leaves open, such as where a picture is cut in two. */
  readonly choice: number;
  /** The operator at its place, for laws that run it their own way. */
  readonly placed: () => Promise<Placed>;
  /** What the operator gives; the same every time it is asked for without a variation. */
  readonly run: (variation?: Variation) => Promise<Given>;
  /** Lets go of what was compiled for the case. */
  readonly close: () => void;
  /** The same of another operator. */
  readonly runOther: (operator: Operator, written: unknown, feeds: Feeds) => Promise<Given>;
}

/** Something that every operator of a kind obeys. */
export interface Law {
  /** A few words that say what is the case, as in "same input, same output". */
  readonly name: string;
  readonly applies: (subject: Subject) => boolean;
  /** True for a law whose check takes many runs; a share of the cases is put to it. */
  readonly costly?: true;
  readonly check: (trial: Trial) => Promise<Verdict>;
}

/** True of an operator that makes one picture of one, by itself. */
export const mapsFrames = ({ operator: { behaviour, input, output } }: Subject): boolean =>
  (behaviour.kind === 'map' || behaviour.kind === 'tensor') &&
  input.kind === 'frame' &&
  output.kind === 'frame';

/** True of an operator that makes one item of one, by itself. */
export const mapsItems = ({ operator: { behaviour } }: Subject): boolean =>
  behaviour.kind === 'map' || behaviour.kind === 'tensor';

/** True where random choices play a part with these parameters. */
export const isRandom = ({ subject: { operator }, params }: Trial): boolean =>
  operator.facts.random?.(params) === true;

/** True of an operator whose results depend on item, parameters and seed alone. */
export const isDeterministic = ({ operator }: Subject): boolean => operator.facts.deterministic !== false;

/** True where every pixel is said to be worked on by itself. */
export const isPointwise = ({ subject: { operator }, params }: Trial, shape: PictureShape): boolean =>
  operator.behaviour.kind === 'tensor' && operator.behaviour.tensor.pointwise?.(params, shape) === true;

/** Rounding that a law has to allow for, in values of 0..1. */
export const toleranceOf = ({ laws }: Subject): number => laws.tolerance ?? 1e-4;

/** The values that came out of a run. */
export const valuesIn = (given: Given): readonly unknown[] =>
  E.isLeft(given) ? [] : given.right.flatMap((outcome) => (E.isRight(outcome) ? [outcome.right.value] : []));

const framePort: Port = { kind: 'frame' };

export const isFrame = (value: unknown): value is Frame => travelsOn(framePort, value);

/** An item's picture as it went in and as it came out, for every item that came out. */
export const inAndOut = (trial: Trial, given: Given): readonly (readonly [Frame, Frame])[] =>
  E.isLeft(given)
    ? []
    : given.right.flatMap((after, i) => {
        const before = trial.feeds.items?.[i];
        return before !== undefined &&
          E.isRight(before) &&
          E.isRight(after) &&
          isFrame(before.right.value) &&
          isFrame(after.right.value)
          ? [[before.right.value, after.right.value] as const]
          : [];
      });

/** The same stream with something done to every value in it. */
export const mapFeeds = (feeds: Feeds, change: (value: unknown) => unknown): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, outcomes]) => [
      name,
      outcomes.map(
        (outcome): Outcome<unknown> =>
          E.isRight(outcome)
            ? E.right({ key: outcome.right.key, value: change(outcome.right.value) })
            : outcome,
      ),
    ]),
  );

/** True where an operator hands on what it gets. */
export const handsOn = ({ operator: { input, output } }: Subject): boolean => samePort(input, output);
