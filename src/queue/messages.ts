import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Diagnostic, failure, isCode, warning } from '../diagnostics/index.js';
import { definedOnly } from '../ports/defined.js';
import { type Json, parseJson } from '../ports/index.js';

// What travels through Redis. Whatever is read there may come from anybody who can write to it: it is checked, and bounded.

/** Characters that one text in Redis may have. */
export const MOST_PIPELINE = 4 * 2 ** 20;
export const MOST_JOB = 64 * 1024;
export const MOST_RESULT = 256 * 1024;
export const MOST_REPORT = 16 * 1024;

/** A text of at most so many characters. */
const text = (most: number): t.Type<string, string, unknown> =>
  t.refinement(t.string, (value) => value.length <= most, `a text of at most ${most} characters`);

const isHex = (length: number) => (value: string) => value.length === length && /^[0-9a-f]*$/.test(value);
const digest = t.refinement(t.string, isHex(64), 'a digest');
/** What a run, and a photo of one, is known by. */
export const RUN_DIGITS = 12;
export const ITEM_DIGITS = 32;
const runId = t.refinement(t.string, isHex(RUN_DIGITS), 'the id of a run');
/** True for what can be the id of a run. */
export const isRunId = (given: string): boolean => runId.is(given);
const path = text(4096);
const short = text(200);
const count = t.refinement(t.number, (value) => Number.isInteger(value) && value >= 0, 'a count');
const amount = t.refinement(t.number, (value) => Number.isFinite(value) && value >= 0, 'an amount');

/** What JSON.parse gave can be nothing else. */
const json = new t.Type<Json>(
  'json',
  (value): value is Json => value !== undefined,
  (value, context) => (value === undefined ? t.failure(value, context) : t.success(value as Json)),
  t.identity,
);

const plugin = t.type({
  name: path,
  kind: t.union([t.literal('file'), t.literal('package')]),
  folder: path,
  digest: t.refinement(t.string, (value) => /^sha256:[0-9a-f]{64}$/.test(value), 'the digest of a plugin'),
});

const pipeline = t.intersection([
  t.type({
    v: t.literal(1),
    /** The version of Prismflow that planned the run: another one may make other bytes. */
    version: short,
    name: text(1000),
    /** Where paths in the pipeline start on the machine of the run: the folder of results. */
    folder: path,
    /** Where the models that ship lie there. */
    shipped: path,
    pipeline: json,
    weights: t.record(path, digest),
    plugins: t.array(plugin),
    /** The plugins as receipts name them. */
    named: t.record(path, short),
    engine: short,
    certify: t.boolean,
    laws: t.boolean,
  }),
  t.partial({
    memory: amount,
    timeout: amount,
    /** Where results go, where that is a store: `s3://bucket/prefix`. */
    results: path,
  }),
]);

/** A pipeline that is worked by, the same for all photos of a run. */
export type QueuedPipeline = t.TypeOf<typeof pipeline>;

const job = t.type({
  v: t.literal(1),
  run: runId,
  pipeline: digest,
  key: t.type({ path, index: count, epoch: count }),
  input: path,
  /** The file of the result, on the machine of the run. */
  target: path,
  /** What is done to it: see `digestPipeline`. */
  digest: text(200),
  size: amount,
  modified: t.number,
  sha256: digest,
  isSuspect: t.boolean,
});

/** A photo that waits to be worked on. */
export type QueuedPhoto = t.TypeOf<typeof job>;

const said = t.intersection([
  t.type({
    code: short,
    message: text(10_000),
    severity: t.union([t.literal('error'), t.literal('warning')]),
  }),
  t.partial({ hint: text(10_000) }),
]);

/** What a diagnostic says, as it travels. */
export type Said = t.TypeOf<typeof said>;

/** It becomes part of a file's name. */
const extension = t.refinement(
  t.string,
  (value) => value.length <= 10 && /^[A-Za-z0-9]+$/.test(value),
  'an extension',
);

const surroundings = t.type({ versions: t.record(short, short), machine: text(1000) });

const made = t.intersection([
  t.type({
    kind: t.literal('made'),
    /** What was made, which waits in the folder of results. */
    size: amount,
    sha256: digest,
    format: short,
    notes: t.record(path, t.record(short, json)),
    warnings: t.array(said),
    surroundings,
    memory: amount,
    worker: short,
    milliseconds: amount,
  }),
  t.partial({ extension, modified: t.number, engine: short }),
]);

const failed = t.type({
  kind: t.literal('failed'),
  operator: path,
  diagnostics: t.array(said),
  worker: short,
});

const result = t.union([made, failed]);

/** What came of a photo: what was made, or how it failed. */
export type QueuedResult = t.TypeOf<typeof result>;
export type QueuedMade = t.TypeOf<typeof made>;
export type QueuedFailure = t.TypeOf<typeof failed>;

const run = t.type({
  id: runId,
  name: text(1000),
  folder: path,
  total: count,
  done: count,
  failed: count,
  host: short,
  began: amount,
  seen: amount,
});

/** What is known of a run while it is in the queue. */
export type RunReport = t.TypeOf<typeof run>;

const worker = t.type({
  id: short,
  host: short,
  pid: count,
  jobs: count,
  busy: count,
  done: count,
  failed: count,
  refused: count,
  /** Photos a minute, of late. */
  rate: amount,
  began: amount,
  engine: short,
  draining: t.boolean,
});

/** What a worker says of itself. */
export type WorkerReport = t.TypeOf<typeof worker>;

const list = t.type({
  isFolder: t.boolean,
  /** Names below the folder, and the digests of their pieces in order. */
  files: t.array(t.type({ name: path, size: amount, pieces: t.array(digest) })),
});

/** The files of weights, as they travel. */
export type WeightsList = t.TypeOf<typeof list>;

const reading =
  <A>(codec: t.Type<A, unknown, unknown>, most: number) =>
  (given: unknown): E.Either<string, A> => {
    if (typeof given !== 'string') return E.left('it is no text');
    if (given.length > most) return E.left(`it has more than ${most} characters`);
    return pipe(
      parseJson(given),
      E.chain((value) =>
        pipe(
          codec.decode(value),
          E.mapLeft(([first]) => {
            const at = first?.context.map(({ key }) => key).filter((key) => key !== '') ?? [];
            return `\`${at.join('.').slice(0, 100)}\` is not what it should be`;
          }),
        ),
      ),
    );
  };

/** Readers of what travels; each says what is wrong with what is not of its kind. */
export const readPipeline = reading(pipeline, MOST_PIPELINE);
export const readJob = reading(job, MOST_JOB);
export const readResult = reading(result, MOST_RESULT);
export const readFailure = reading(failed, MOST_RESULT);
export const readRun = reading(run, MOST_REPORT);
export const readWorker = reading(worker, MOST_REPORT);
export const readSaid = reading(said, MOST_REPORT);
export const readWeightsList = reading(list, MOST_RESULT);

/** What a diagnostic says, without what cannot travel. */
export const saidOf = ({ code, message, severity, hint }: Diagnostic): Said => ({
  code: code.slice(0, 200),
  message: message.slice(0, 10_000),
  severity: severity === 'error' ? 'error' : 'warning',
  ...(hint === undefined ? {} : { hint: hint.slice(0, 10_000) }),
});

/** What was said, as a diagnostic again. What has a code that this version does not know is an operator's own. */
export const diagnosticOf = ({ code, message, severity, hint }: Said): Diagnostic =>
  (severity === 'error' ? failure : warning)(
    isCode(code) ? code : 'run/operator-threw',
    message,
    definedOnly({ hint }),
  );
