import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { messageOf, warning } from '../../diagnostics/index.js';
import type { OpContext } from '../../operator/behaviour.js';
import { defineOp, type Op } from '../../operator/define.js';
import type { Decoded, Fields } from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import {
  type ItemKey,
  type Outcome,
  type SampleRow,
  type Training,
  training,
  type Validation,
} from '../../ports/index.js';
import { type Ending, type ItemFlow, lastly, operate } from '../../streams/index.js';

/** What is told of a step of a training. */
export interface ReportedStep
  extends Pick<
    Training,
    'step' | 'total' | 'phase' | 'images' | 'rate' | 'metrics' | 'cycle' | 'marks' | 'stepsLeft'
  > {
  /** How good the model is, by photos that are kept apart, where it was judged at this step. */
  readonly validation?: Validation;
  /** What the model makes of some photos, rows of pictures [height, width, 3] of bytes: computed when it is asked for. Rejects with what went wrong. */
  readonly samples: () => Promise<readonly SampleRow[]>;
}

/** A report that was opened. What it throws is told once, and the training goes on. */
export interface Reporter {
  /** Told of every step, one after the other; the training waits for it. */
  readonly step: (told: ReportedStep) => Promise<void> | void;
  /** Told at the end. @param ending `complete`; `closed` where it was stopped; `failed` */
  readonly close?: (ending: Ending) => Promise<void> | void;
}

/** What a report is defined by. */
export interface ReportDefinition<F extends Fields, M> {
  /** As it stands in YAML: lower case, words joined by hyphens. */
  readonly name: string;
  /** One line for `pipe ops`, without a full stop. */
  readonly about: string;
  readonly params: F;
  /** The parameter that a lone value sets. */
  readonly main?: M;
  /**
   * Opens it, at the first step of a run: one that is resumed begins at a later step, and tells the steps after its checkpoint again.
   * A rejection is told, and the training goes on without it.
   */
  readonly open: (params: Decoded<F>, first: ReportedStep) => Promise<Reporter> | Reporter;
}

const toldOf = (value: Training): ReportedStep => {
  const { step, total, phase, images, rate, metrics, cycle, marks, stepsLeft, validation, samples } = value;
  return {
    step,
    total,
    phase,
    images,
    rate,
    metrics,
    cycle,
    marks,
    ...definedOnly({ stepsLeft, validation }),
    samples: async () => {
      const rows = await samples();
      if (E.isLeft(rows)) throw new Error(rows.left[0].message);
      return rows.right;
    },
  };
};

/** Where a report stands: not opened yet, open, or given up after a fault. */
type State = { readonly kind: 'new' | 'given up' } | { readonly kind: 'open'; readonly reporter: Reporter };

const faultOf = (name: string, key: ItemKey, thrown: unknown, { warn }: OpContext): State => {
  warn(
    key,
    warning(
      'training/report',
      `\`${name}\` cannot report any more: ${messageOf(thrown)}. The training goes on.`,
    ),
  )();
  return { kind: 'given up' };
};

/**
 * Defines a report: a step after `gan.step` that tells some other program how a training goes, such as a service that keeps
 * experiments, and lets the training pass through unchanged.
 *
 * @throws TypeError when the name cannot stand in YAML
 */
export const defineReport = <
  const F extends Fields,
  const M extends (keyof F & string) | undefined = undefined,
>({
  name,
  about,
  params,
  main,
  open,
}: ReportDefinition<F, M>): Op<F, M, typeof training, typeof training> =>
  defineOp({
    name,
    about,
    params,
    ...(main !== undefined && { main }),
    input: training,
    output: training,
    deterministic: false,
    flow: (given: Decoded<F>, context) => (items: ItemFlow<Training>) => {
      let state: State = { kind: 'new' };
      return pipe(
        items,
        operate<Outcome<Training>, Outcome<Training>>(async function* (source) {
          for await (const outcome of source) {
            if (E.isRight(outcome) && state.kind !== 'given up') {
              const { key, value } = outcome.right;
              try {
                const told = toldOf(value);
                const reporter: Reporter = state.kind === 'open' ? state.reporter : await open(given, told);
                state = { kind: 'open', reporter };
                await reporter.step(told);
              } catch (thrown) {
                state = faultOf(name, key, thrown, context);
              }
            }
            yield outcome;
          }
        }),
        lastly((last, ending) => async () => {
          if (state.kind !== 'open' || last === undefined) return;
          try {
            await state.reporter.close?.(ending);
          } catch (thrown) {
            state = faultOf(name, last.key, thrown, context);
          }
        }),
      );
    },
  });
