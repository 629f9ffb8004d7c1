import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import type { Digest } from '../../disk/digest.js';
import type { Notes } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { Json } from '../../ports/index.js';

/** A source as it was when it was read. */
export interface SourceState {
  /** The item's path below its source's folder. */
  readonly source: string;
  readonly sourceSize: number;
  /** Milliseconds since 1970. */
  readonly sourceModified: number;
  readonly sourceDigest: Digest;
  /** Of an object in a store: its ETag. */
  readonly sourceTag?: string;
}

/** The journal's first version of an entry about a result. */
export interface FirstEntry extends SourceState {
  readonly v: 1;
  /** The file written, relative to the journal's folder, with forward slashes. */
  readonly output: string;
  readonly outputSize: number;
  /** What was done to it: see `digestPipeline`. */
  readonly pipeline: Digest;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A result's file as it was when it was written, or last known to be what was written; absent in older entries. */
export interface OutputState {
  /** Milliseconds since 1970: when its content, and when anything about it was changed. */
  readonly outputModified?: number;
  readonly outputChanged?: number;
  readonly outputInode?: number;
  /** Of an object in a store: its ETag. */
  readonly outputTag?: string;
}

/** A result: what was written, from what, and how. */
export interface DoneEntry extends SourceState, OutputState {
  readonly v: 2;
  readonly kind: 'done';
  /** The file written, relative to the journal's folder, with forward slashes. */
  readonly output: string;
  readonly outputSize: number;
  readonly outputDigest: Digest;
  /** The source's file, relative to the journal's folder where there is a way, with forward slashes. */
  readonly input: string;
  /** Position and pass of the item in its source, which random choices depend on. */
  readonly index: number;
  readonly epoch: number;
  /** What was done to it: see `digestPipeline`. */
  readonly pipeline: Digest;
  /** The recipe it was made by. */
  readonly recipe: Digest;
  /** What operators noted, by their paths. */
  readonly notes?: Readonly<Record<string, Notes>>;
  /** The result of the same content that it is a copy of. */
  readonly copyOf?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A file that was written by a pipeline that does not turn each file into one. */
export interface WrittenEntry extends OutputState {
  readonly v: 2;
  readonly kind: 'written';
  readonly output: string;
  readonly outputSize: number;
  readonly outputDigest: Digest;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A source or a result that was touched since the result was made, and has the same content. */
export interface TouchedEntry extends SourceState, OutputState {
  readonly v: 2;
  readonly kind: 'touched';
  readonly output: string;
}

/** A source that cannot be worked on as it is: it is not tried again before it, the pipeline or the version changes. */
export interface FailedEntry extends SourceState {
  readonly v: 2;
  readonly kind: 'failed';
  readonly input: string;
  readonly pipeline: Digest;
  /** Version of Prismflow. */
  readonly version: string;
  /** Path of the operator that failed. */
  readonly operator: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** How results are made: what all of a run share. */
export interface RecipeEntry {
  readonly v: 2;
  readonly kind: 'recipe';
  /** SHA-256 of what follows. */
  readonly id: Digest;
  /** What the pipeline is called. */
  readonly name: string;
  /** The pipeline with its parameters filled in: a file that compiles again; paths start at the journal's folder. */
  readonly pipeline: Json;
  /** Prismflow, Node and the libraries that compute. */
  readonly versions: Readonly<Record<string, string>>;
  /** The engine that did the tensor work; absent where there was none. */
  readonly engine?: string;
  /** Operating system, architecture and processor. */
  readonly machine: string;
  /** Digests of weights, by their paths in the pipeline. */
  readonly weights: Readonly<Record<string, Digest>>;
  /** Digests of the plugins that operators came from, by their names in the pipeline. */
  readonly plugins?: Readonly<Record<string, string>>;
  /** Bytes that tensor work was allowed, which tiles are cut by, and whether their joins were certified. */
  readonly memory?: number;
  readonly certify?: boolean;
}

/** What a line of the journal can be. */
export type Entry = FirstEntry | DoneEntry | WrittenEntry | TouchedEntry | FailedEntry | RecipeEntry;

const sourceState = {
  source: t.string,
  sourceSize: t.number,
  sourceModified: t.number,
  sourceDigest: t.string,
};

const sourceTag = { sourceTag: t.string };

const outputState = {
  outputModified: t.number,
  outputChanged: t.number,
  outputInode: t.number,
  outputTag: t.string,
};

const isJson = (value: unknown): value is Json => value !== undefined;

/** What a line of JSON gave can be nothing else. */
const json = new t.Type<Json>(
  'json',
  isJson,
  (value, context) => (isJson(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);

const texts = t.readonly(t.record(t.string, t.string));

const first: t.Type<FirstEntry, unknown, unknown> = t.readonly(
  t.type({
    v: t.literal(1),
    ...sourceState,
    output: t.string,
    outputSize: t.number,
    pipeline: t.string,
    at: t.string,
  }),
);

const done: t.Type<DoneEntry, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({
      v: t.literal(2),
      kind: t.literal('done'),
      ...sourceState,
      output: t.string,
      outputSize: t.number,
      outputDigest: t.string,
      input: t.string,
      index: t.number,
      epoch: t.number,
      pipeline: t.string,
      recipe: t.string,
      at: t.string,
    }),
    t.partial({
      notes: t.readonly(t.record(t.string, t.readonly(t.record(t.string, json)))),
      copyOf: t.string,
      ...sourceTag,
      ...outputState,
    }),
  ]),
) as t.Type<DoneEntry, unknown, unknown>;

const written: t.Type<WrittenEntry, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({
      v: t.literal(2),
      kind: t.literal('written'),
      output: t.string,
      outputSize: t.number,
      outputDigest: t.string,
      at: t.string,
    }),
    t.partial(outputState),
  ]),
) as t.Type<WrittenEntry, unknown, unknown>;

const touched: t.Type<TouchedEntry, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({ v: t.literal(2), kind: t.literal('touched'), ...sourceState, output: t.string }),
    t.partial({ ...sourceTag, ...outputState }),
  ]),
) as t.Type<TouchedEntry, unknown, unknown>;

const failed: t.Type<FailedEntry, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({
      v: t.literal(2),
      kind: t.literal('failed'),
      ...sourceState,
      input: t.string,
      pipeline: t.string,
      version: t.string,
      operator: t.string,
      code: t.string,
      message: t.string,
      at: t.string,
    }),
    t.partial({ hint: t.string, ...sourceTag }),
  ]),
) as t.Type<FailedEntry, unknown, unknown>;

const recipe: t.Type<RecipeEntry, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({
      v: t.literal(2),
      kind: t.literal('recipe'),
      id: t.string,
      name: t.string,
      pipeline: json,
      versions: texts,
      machine: t.string,
      weights: texts,
    }),
    t.partial({ engine: t.string, memory: t.number, certify: t.boolean, plugins: texts }),
  ]),
) as t.Type<RecipeEntry, unknown, unknown>;

const codecs: Readonly<Record<Kind, t.Decoder<unknown, Entry>>> = {
  first,
  done,
  written,
  touched,
  failed,
  recipe,
};

type Kind = 'first' | 'done' | 'written' | 'touched' | 'failed' | 'recipe';

const kindOf = (value: unknown): O.Option<Kind> => {
  if (typeof value !== 'object' || value === null) return O.none;
  if (!('kind' in value)) return O.some('first');
  const { kind } = value;
  return kind === 'done' || kind === 'written' || kind === 'touched' || kind === 'failed' || kind === 'recipe'
    ? O.some(kind)
    : O.none;
};

/** Characters of why a source failed, which is shown; a record can come from anybody. */
const MOST_TEXT = 10_000;

const shortened = (entry: Entry): Entry => {
  if (!('kind' in entry) || entry.kind !== 'failed') return entry;
  const [message, hint] = [entry.message, entry.hint].map((text) => text?.slice(0, MOST_TEXT));
  return { ...entry, message: message ?? '', ...definedOnly({ hint }) };
};

/** Reads what stood on a line; what later versions may write is passed over. Of why a source failed, it gives the first 10,000 characters. */
export const readEntry = (value: unknown): O.Option<Entry> =>
  pipe(
    kindOf(value),
    O.chain((kind) => O.fromEither(codecs[kind].decode(value))),
    O.map(shortened),
  );
