import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError } from '../diagnostics/index.js';
import { decode } from '../image/index.js';
import type { Operator } from '../operator/operator.js';
import { definedOnly } from '../ports/defined.js';
import type { Frame } from '../ports/index.js';
import { type ArbitraryFrameOptions, frameFrom } from './arbitraries/frames.js';
import { arbitraryParams } from './arbitraries/params.js';
import { type Draft, drafted, fileOf } from './arbitraries/values.js';
import { arbitraryCase, type Case } from './case.js';
import { type Law, laws } from './laws/index.js';
import {
  broken,
  isFrame,
  type Subject,
  type Trial,
  type Undoing,
  type Verdict,
  valuesIn,
} from './laws/law.js';
import { reportBreach } from './report.js';
import { type Engines, openEngines, trialOf } from './trial.js';

/** Names of laws. */
export type LawName = (typeof laws)[number]['name'];

/** What `defineOp` or `defineJoin` gave. */
export interface Checkable {
  readonly operator: Operator;
}

/** What an operator is tried on where its declaration does not tell, and how to see a failure again. */
export interface CheckOptions {
  /** Cases to try. Default: 60. */
  readonly runs?: number;
  /** After so many seconds no further case is tried, once there were thirty. Default: 10. */
  readonly seconds?: number;
  /** What fast-check draws from. A failure prints it. Default: another one every time. */
  readonly seed?: number;
  /** Where a failing case lies among those of the seed. A failure prints it. */
  readonly path?: string;
  /** Looks at this law alone. */
  readonly law?: LawName;
  /** Parameters as people write them. Default: whatever the operator's codecs accept. */
  readonly params?: fc.Arbitrary<unknown>;
  /** Values for streams (`items` for an operator with one input), in the place of what the ports call for. */
  readonly inputs?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** What pictures are like: sizes, depths, contents. */
  readonly pictures?: Omit<ArbitraryFrameOptions, 'photos'>;
  /** Photo files, windows of which are among the pictures. */
  readonly photos?: readonly string[];
  /** Items of a case at most. Default: 3. */
  readonly items?: number;
  /** Laws that it is not held to, each with the reason. */
  readonly except?: Partial<Readonly<Record<LawName, string>>>;
  /** Another operator that undoes it. */
  readonly undoneBy?: Omit<Undoing, 'operator'> & { readonly op: Checkable };
  /** Parameters, as written, that must come to the same, pair by pair: an ensemble of equals and one of them. */
  readonly alike?: readonly (readonly [unknown, unknown])[];
  /** Absolute paths for parameters that are paths, by role. */
  readonly paths?: Readonly<Partial<Record<'input' | 'output' | 'weights', readonly string[]>>>;
}

/**
 * What a file `laws.ts` beside an operator exports as `kit`: what to try it on. Files that it needs go into the folder,
 * which is removed afterwards.
 */
export type LawKit = (folder: string) => CheckOptions | Promise<CheckOptions>;

/** What was looked at. */
export interface Checked {
  readonly operator: string;
  readonly cases: number;
  /** Cases in which the operator gave nothing, since it refused the input. */
  readonly refused: number;
  /** How many cases each law held in; a law that is not here does not apply to operators of this kind. */
  readonly laws: Readonly<Partial<Record<LawName, number>>>;
}

const RUNS = 60;

/** Folder for what operators write; emptied before every run of one. */
const RESULTS = 'results';

/** How long cases are tried, in seconds: slow operators get fewer. */
const SECONDS = 10;

/** How many cases are tried however long they take. */
const LEAST_CASES = 30;

/** How long a case is made smaller, in milliseconds; what has been found by then is reported. */
const SHRINKING_MS = 6000;

/** One case in so many must come to something, or the test shows nothing. */
const LEAST_ACCEPTED = 10;

/** The laws that an operator is held to, by its behaviour, its ports and what it declares. */
export const lawsOf = ({ operator }: Checkable, options: CheckOptions = {}): readonly LawName[] =>
  applicable(subjectOf(operator, options), options).map(({ name }) => name);

/**
 * Holds an operator to the laws that apply to it, on arbitrary pictures and parameters. What it is tried on follows from
 * its ports and codecs; which laws apply from its behaviour and from what it declares (`laws`, `random`, `shape`,
 * `deterministic`, `sink`). Works in any test runner: it is a promise.
 *
 * Rejects with a `LawError` when a law is broken. The case is made as small as can be first: its pictures and parameters
 * are written to a folder, which the message names, with a line that replays the case. Rejects with an `Error` when the
 * operator refuses nearly everything that it is tried on, since nothing is shown by that.
 *
 * @example
 * it('sepia obeys the laws', () => checkOp(sepia));
 */
export const checkOp = async ({ operator }: Checkable, options: CheckOptions = {}): Promise<Checked> => {
  const subject = subjectOf(operator, options);
  const engines = openEngines();
  const folder = await mkdtemp(join(tmpdir(), 'prismflow-laws-'));
  try {
    return await judged(subject, options, folder, engines);
  } finally {
    await engines.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const subjectOf = (operator: Operator, { undoneBy, alike = [] }: CheckOptions): Subject => ({
  operator,
  laws: operator.facts.laws ?? {},
  alike,
  ...(undoneBy === undefined ? {} : { undoneBy: { ...undoneBy, operator: undoneBy.op.operator } }),
});

const applicable = (
  subject: Subject,
  { law, except = {} }: CheckOptions,
): readonly (typeof laws)[number][] => {
  const stranger = [law, ...Object.keys(except)].find(
    (name) => name !== undefined && !laws.some((each) => each.name === name),
  );
  if (stranger !== undefined)
    throw new TypeError(
      `There is no law "${stranger}". The laws are: ${laws.map(({ name }) => name).join('; ')}.`,
    );
  return laws.filter(
    ({ name, applies }) =>
      applies(subject) && except[name] === undefined && (law === undefined || law === name),
  );
};

const judged = async (
  subject: Subject,
  options: CheckOptions,
  folder: string,
  engines: Engines,
): Promise<Checked> => {
  const { operator } = subject;
  const wanted: readonly Law[] = applicable(subject, options);
  const { seed, path, runs = RUNS, seconds = SECONDS } = options;
  const end = performance.now() + 1000 * seconds;
  const held = new Map(wanted.map(({ name }) => [name, 0]));
  let [cases, accepted] = [0, 0];
  let lastRefusal = '';
  let breach: { readonly law: string; readonly how: string; readonly since: number } | undefined;

  const judge = async (drawn: Case): Promise<void> => {
    const now = performance.now();
    if (breach !== undefined && now - breach.since > SHRINKING_MS) return;
    if (breach === undefined && path === undefined && now > end && cases >= LEAST_CASES) return;
    const place = join(folder, String(cases++));
    const trial = await trialOf(subject, drawn, { folder: place, results: join(folder, RESULTS) }, engines);
    // Once a law is broken, the case is made smaller for that one: another's breach would lead astray.
    const open = breach === undefined ? wanted : wanted.filter(({ name }) => name === breach?.law);
    try {
      fc.pre(isModest(trial));
      for (const { name, costly, check } of open) {
        if (costly && !drawn.costly && open.length > 1) continue;
        const verdict = await check(trial).catch(threw);
        if (verdict.kind === 'broken') {
          breach = { law: name, how: verdict.how, since: breach?.since ?? performance.now() };
          throw new Error(verdict.how);
        }
        if (verdict.kind === 'kept') held.set(name, (held.get(name) ?? 0) + 1);
      }
      const given = await trial.run();
      if (valuesIn(given).length > 0) accepted++;
      else lastRefusal = refusalIn(given) ?? lastRefusal;
    } finally {
      trial.close();
      await rm(place, { recursive: true, force: true });
    }
  };

  const result = await fc.check(fc.asyncProperty(await casesFor(operator, options, folder), judge), {
    numRuns: runs,
    ...definedOnly({ seed, path }),
  });
  if (result.failed && breach !== undefined && result.counterexample !== null)
    throw await reportBreach({
      subject,
      law: breach.law,
      how: breach.how,
      smallest: result.counterexample[0],
      seed: result.seed,
      path: result.counterexamplePath ?? '',
      replay: replayOf(operator, options),
    });
  if (result.failed) throw result.errorInstance ?? new Error(`${operator.name} could not be tried.`);
  if (path === undefined && accepted * LEAST_ACCEPTED < cases)
    throw inconclusive(operator, cases, accepted, lastRefusal);
  return { operator: operator.name, cases, refused: cases - accepted, laws: Object.fromEntries(held) };
};

/** Pixels of a result above which a case is left out: it would cost time and show no more. */
const MOST_PIXELS = 1 << 14;

/** False where pictures would become large by what the operator declares. */
const isModest = ({ subject: { operator }, params, feeds }: Trial): boolean => {
  const { behaviour, facts } = operator;
  const change = behaviour.kind === 'tensor' ? behaviour.tensor.shape : facts.shape;
  return (feeds.items ?? []).every((outcome) => {
    if (change === undefined || E.isLeft(outcome) || !isFrame(outcome.right.value)) return true;
    const { height, width, channels } = outcome.right.value;
    const declared = change(params, { height, width, channels });
    return E.isLeft(declared) || declared.right.height * declared.right.width <= MOST_PIXELS;
  });
};

/** How a line begins that replays a case; options that say what to try the operator on belong to it. */
const replayOf = (
  { name }: Operator,
  { runs: _r, seconds: _t, seed: _s, path: _p, law: _l, ...others }: CheckOptions,
): string => {
  const op = name.replaceAll(/[.-](.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.keys(others).length === 0 ? `${op}, { ` : `${op}, { ...options, `;
};

const threw = (thrown: unknown): Verdict =>
  broken(`it threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`);

const refusalIn = (
  given: Awaited<ReturnType<Awaited<ReturnType<typeof trialOf>>['run']>>,
): string | undefined =>
  E.isLeft(given)
    ? given.left[0].message
    : given.right.flatMap((outcome) => (E.isLeft(outcome) ? [outcome.left.diagnostics[0].message] : []))[0];

const inconclusive = (operator: Operator, cases: number, accepted: number, refusal: string): Error =>
  new Error(
    [
      `${operator.name} gave something in ${accepted} of ${cases} cases only, so its laws cannot be checked.`,
      refusal === '' ? 'It gave no reason.' : `It said: ${refusal}`,
      'Tell what it works on: checkOp(op, { params, inputs, pictures, paths }).',
    ].join('\n'),
  );

/** Cases by the operator's codecs and ports, and by what the options say. */
const casesFor = async (
  operator: Operator,
  { params, inputs = {}, pictures = {}, photos = [], items = 3, paths = {} }: CheckOptions,
  folder: string,
): Promise<fc.Arbitrary<Case>> => {
  const [input, output] = [join(folder, 'photos'), join(folder, RESULTS)];
  await mkdir(input);
  await Promise.all(
    [0, 1, 2].map(async (i) => writeFile(join(input, `${i}.png`), (await samplePhoto(i)).bytes)),
  );
  return arbitraryCase(operator, {
    params:
      params ?? arbitraryParams(operator.params, { paths: { input: [input], output: [output], ...paths } }),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, values]) => [
        name,
        values.map((value): Draft => drafted(value, framesOf(value))),
      ]),
    ),
    pictures: { beyond: true, ...pictures, photos: await Promise.all(photos.map(photoFrom)) },
    items,
  });
};

const framesOf = (value: unknown): readonly Frame[] =>
  typeof value === 'object' && value !== null && 'samples' in value ? [value as Frame] : [];

const samplePhoto = (i: number) =>
  fileOf(frameFrom({ width: 3 + i, height: 2, depth: 'uint8' }, (x, y, c) => (x + 2 * y + c + i) / 9));

const photoFrom = async (path: string): Promise<Frame> => {
  const decoded = await decode({ path, name: path })();
  if (E.isLeft(decoded)) throw new DiagnosticError(decoded.left);
  return decoded.right.frame;
};
