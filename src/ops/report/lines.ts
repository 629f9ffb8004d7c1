import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { parseJson, type Training } from '../../ports/index.js';

const number = new t.Type<number, number | null>(
  'a number, or null for one that is not finite',
  t.number.is,
  (value, context) => (value === null ? t.success(Number.NaN) : t.number.validate(value, context)),
  (value) => (Number.isFinite(value) ? value : null),
);

const validationCodec = t.type({
  photos: t.number,
  by: t.string,
  figures: t.record(t.string, number),
  before: t.record(t.string, number),
  best: t.type({ step: t.number, value: number }),
});

const always = t.type({
  step: t.number,
  total: t.number,
  phase: t.keyof({ pretrain: null, train: null }),
  cycle: t.number,
  images: t.number,
  rate: t.number,
  /** What the step took, in seconds; 0 where it is not known. */
  seconds: t.number,
  metrics: t.record(t.string, number),
  marks: t.array(t.string),
});

const lineCodec = t.intersection([
  always,
  t.partial({
    /** How many steps like this one what is left takes as long as. */
    stepsLeft: t.number,
    /** How good the model is by photos that are kept apart, at steps at which it was judged. */
    validation: validationCodec,
  }),
]);

/** A training step as it stands in metrics.jsonl. */
export type Line = t.TypeOf<typeof lineCodec>;

/** What is told of a step. */
export const lineOf = (
  { step, total, phase, cycle, images, rate, metrics, marks, stepsLeft, validation }: Training,
  seconds: number,
): Line => ({
  step,
  total,
  phase,
  cycle,
  images,
  rate,
  seconds: Math.round(seconds * 1000) / 1000,
  metrics,
  marks: [...marks],
  ...(stepsLeft === undefined ? {} : { stepsLeft: Math.round(stepsLeft) }),
  ...(validation && { validation: { ...validation, best: { ...validation.best } } }),
});

/** One line of JSON, its end included. */
export const writeLine = (line: Line): string => `${JSON.stringify(lineCodec.encode(line))}\n`;

/** What a line says, if it is a whole one. */
export const readLine = (text: string): O.Option<Line> =>
  pipe(parseJson(text), E.chainW(lineCodec.decode), O.fromEither);

/** The lines of a text; what is no whole line, such as the last one after a power cut, is left out. */
export const readLines = (text: string): readonly Line[] =>
  text.split('\n').flatMap((line) =>
    pipe(
      readLine(line),
      O.match(
        () => [],
        (read) => [read],
      ),
    ),
  );

/** Whether a line is of a step that was done before a given one: steps are counted from 1. */
export const isStepBefore = ({ step }: Line, given: number): boolean =>
  Number.isSafeInteger(step) && step >= 1 && step < given;

/** Which of the steps before a step have no line, in words; empty where all have one. */
export const missingIn = (lines: readonly Line[], step: number): string => {
  const gaps = [...lines.map((line) => line.step), step].flatMap((each, i, all) => {
    const [from, to] = [(all[i - 1] ?? 0) + 1, each - 1];
    return from > to ? [] : [from === to ? `${from}` : `${from} to ${to}`];
  });
  return gaps.length === 0 ? '' : `there are no figures of step ${gaps.join(', ')}`;
};
