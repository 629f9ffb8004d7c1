import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import { digestFile, digestOf } from '../../disk/digest.js';
import { readBytes } from '../../disk/read.js';
import { MAX_BYTES } from '../../image/limits.js';
import { type LanePart, nodesOfPart } from '../../pipelines/plan/stages.js';
import type { PluginPolicy } from '../../pipelines/plugins.js';
import { definedOnly } from '../../ports/defined.js';
import { digestWeights } from '../../records/digest.js';
import { compareFiles, type Likeness } from '../../records/receipts/compare.js';
import { embeddedRecipe } from '../../records/receipts/embedded.js';
import { findReceipt, type Receipt } from '../../records/receipts/receipt.js';
import { machine, versions } from '../../records/receipts/versions.js';
import { USUAL_ENGINE } from '../../tensor/engines.js';
import { defaultContext, type RunContext } from '../context.js';
import { editItem } from '../lane/open-lane.js';
import { createItemNotes, type NotesByOperator } from '../recording/item-notes.js';
import { type Parts, partsOf } from './parts.js';
import { type Ask, operatorsFor } from './plugins.js';
import { outside, type Places, placesOf, readable, receiptLimits, shownPath, within } from './within.js';

/** How to make a result again. */
export interface ReproduceOptions {
  /** The engine. Default: the one of the receipt. */
  readonly engine?: string;
  /** Where the photo is that it was made of, if it is no longer where it was. */
  readonly input?: string;
  /** Bytes that tensor work may take. Default: those of the receipt, if so many are free; else half of what is free. */
  readonly memory?: number;
  /**
   * Folders below which the receipt may have files read: those of models that come with Prismflow in any case.
   * Default: the photo's own folder and the working directory.
   */
  readonly within?: readonly string[];
  /** Which plugins may run. Default: those that the user allowed on this machine. */
  readonly plugins?: PluginPolicy;
  /** Is asked about a plugin that was not allowed. Default: it is not loaded. */
  readonly ask?: Ask;
  /** Stops it when it aborts. */
  readonly signal?: AbortSignal;
  /** Seconds that it may take. Default: by the photo's size. */
  readonly timeout?: number;
}

/** What came of making a result again. */
export interface Reproduction {
  readonly receipt: Receipt;
  /** The engine that was used; absent where nothing was computed by one. */
  readonly engine?: string;
  /** How what was made now compares with the file. */
  readonly likeness: Likeness;
  /** Whether the file is still what was written; unknown where the receipt was in the file. */
  readonly isUnchanged?: boolean;
  /** Whether what was made now is, byte by byte, what was written then; unknown likewise. */
  readonly isAsWritten?: boolean;
  /** Versions and machines that differ from those of the receipt, as `name: then → now`. */
  readonly surroundings: readonly string[];
  /** Operators whose notes differ from those of the receipt. */
  readonly otherNotes: readonly string[];
  /** What was made now. */
  readonly bytes: Uint8Array;
}

/**
 * Makes a result again by its receipt and compares. Nothing is written. The receipt is data from anybody: it has no say over
 * code, nor over where files are read.
 * Errors: `receipt/none`, `receipt/input-missing`, `receipt/weights-changed`, `receipt/outside`, `receipt/plugin`,
 * `receipt/too-large`, `plugin/not-allowed`, and whatever the pipeline fails at.
 */
export const reproduce = (
  file: string,
  options: ReproduceOptions = {},
): TE.TaskEither<Diagnostics, Reproduction> =>
  pipe(
    TE.Do,
    // 1. What was done, and to what.
    TE.bind('place', () => TE.fromTask(() => realFolder(resolve(file)))),
    TE.bind('receipt', ({ place }) => findReceipt(place)),
    TE.bind('places', ({ place }) =>
      TE.fromTask(() => placesOf(options.within ?? [dirname(place), process.cwd()])),
    ),
    // 2. What of it may be read and run here.
    TE.bind('registry', ({ receipt, places }) =>
      operatorsFor(receipt, places, options.plugins ?? 'allowed', options.ask ?? (async () => false)),
    ),
    TE.bind('parts', ({ receipt, registry }) => partsOf(receipt.pipeline, receipt.folder, registry)),
    TE.chainFirst(({ parts, places }) => readable(places, parts.lane.flatMap(nodesOfPart))),
    TE.chainFirst(({ receipt, parts }) => sameWeights(receipt, parts.lane)),
    TE.bind('input', ({ receipt, parts, places }) => findInput(receipt, parts, places, options.input)),
    // 3. The same again.
    TE.bind('made', ({ receipt, parts, input }) => makeAgain(receipt, parts, input, options)),
    // 4. Is it the same?
    TE.bind('bytes', () =>
      pipe(
        readBytes(file, MAX_BYTES),
        TE.mapLeft(([{ message, cause }]): Diagnostics => [failure('file/unreadable', message, { cause })]),
      ),
    ),
    TE.bind('likeness', ({ bytes, made }) => compareFiles(bytes, made.bytes)),
    TE.map(({ receipt, made, bytes, likeness }) => ({
      receipt,
      likeness,
      bytes: made.bytes,
      ...definedOnly({ engine: made.engine }),
      ...(receipt.outputDigest === undefined
        ? {}
        : {
            isUnchanged: sha256(bytes) === receipt.outputDigest,
            isAsWritten: sha256(made.bytes) === receipt.outputDigest,
          }),
      surroundings: changesSince(receipt),
      otherNotes: [...new Set([...Object.keys(receipt.notes), ...Object.keys(made.notes)])].filter(
        (path) => digestOf(receipt.notes[path] ?? null) !== digestOf(made.notes[path] ?? null),
      ),
    })),
  );

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const sameWeights = (receipt: Receipt, lane: readonly LanePart[]): TE.TaskEither<Diagnostics, void> =>
  pipe(
    digestWeights(lane.flatMap(nodesOfPart)),
    TE.chainEitherK((weights) => {
      const changed = Object.entries(weights).filter(
        ([path, digest]) => receipt.weights[path] !== undefined && receipt.weights[path] !== digest,
      );
      const [first] = changed;
      return first === undefined
        ? E.right(undefined)
        : E.left<Diagnostics>([
            failure(
              'receipt/weights-changed',
              `The weights \`${first[0]}\` are ${first[1].slice(0, 12)}…, and were ${receipt.weights[first[0]]?.slice(0, 12)}….`,
            ),
          ]);
    }),
  );

/** The same file, by the folder that it is really in: what a receipt names starts there. */
const realFolder = async (file: string): Promise<string> => {
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  return join(folder, basename(file));
};

/** Finds the photo by its content: where the receipt says, if that may be read; where the user says; or beside that. */
const findInput = (
  { folder, input, source, sourceDigest, sourceSize }: Receipt,
  { photos = folder }: Parts,
  places: Places,
  given: string | undefined,
): TE.TaskEither<Diagnostics, string> => {
  const recorded =
    input === undefined ? join(photos, source) : isAbsolute(input) ? input : resolve(folder, input);
  const place = given === undefined ? recorded : resolve(given);
  // Files of the size that the receipt names can be as many as a folder holds, and have holes.
  let left: number = receiptLimits.bytes;
  const isIt = async (path: string): Promise<boolean> => {
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() !== true || stats.size !== sourceSize) return false;
    left -= stats.size;
    if (left < 0) throw new DiagnosticError(tooManyAlike(source));
    const digest = await digestFile(path)();
    return E.isRight(digest) && digest.right === sourceDigest;
  };
  const mayRead = async (path: string): Promise<boolean> =>
    given !== undefined || (await within(places, path)) !== undefined;
  const find = async (): Promise<E.Either<Diagnostics, string>> => {
    // A source can be that very file.
    for (const path of given === undefined ? [place, photos] : [place])
      if ((await mayRead(path)) && (await isIt(path))) return E.right(path);
    // It may have been renamed.
    const beside =
      (await mayRead(place)) && (await stat(place).catch(() => undefined))?.isDirectory()
        ? place
        : dirname(place);
    if (!(await mayRead(beside))) return E.left(outside('the photo', place, HOW_TO_POINT));
    const names = await readdir(beside).catch(() => []);
    for (const name of names) {
      const path = join(beside, name);
      if ((await mayRead(path)) && (await isIt(path))) return E.right(path);
    }
    return E.left([
      failure(
        'receipt/input-missing',
        `${shownPath(source)} (SHA-256 ${shownPath(sourceDigest.slice(0, 12))}…) is not at ${shownPath(place)}, nor under another name beside it.`,
      ),
    ]);
  };
  return () =>
    find().catch((thrown: unknown) => {
      if (thrown instanceof DiagnosticError) return E.left(thrown.diagnostics);
      throw thrown;
    });
};

const tooManyAlike = (source: string): Diagnostics => [
  failure(
    'receipt/too-large',
    `The receipt names a photo ${shownPath(source)}, and files of its size have more than ${megabytes(receiptLimits.bytes)} together: they are not read.`,
    { hint: 'Say which file it was made of by --input.' },
  ),
];

const HOW_TO_POINT =
  'Say where the photo is by --input, run the command in the folder of the project, or name a folder by --read.';

interface Made {
  readonly bytes: Uint8Array;
  readonly engine: string | undefined;
  readonly notes: NotesByOperator;
}

/**
 * What the receipt says, so that tiles are cut alike, but no more than there is: the usual is half of what is free. A picture
 * in other tiles is near to what it was.
 */
const memoryFor = ({ memory = 0 }: Receipt, usual: number): number =>
  memory >= LEAST_MEMORY && memory <= 1.8 * usual ? memory : usual;

const LEAST_MEMORY = 2 ** 20;

const makeAgain = (
  receipt: Receipt,
  { graph, lane }: Parts,
  input: string,
  options: ReproduceOptions,
): TE.TaskEither<Diagnostics, Made> => {
  const key = { path: receipt.source, index: receipt.index, epoch: receipt.epoch };
  const itemNotes = createItemNotes<undefined>();
  itemNotes.begin(key, undefined)();
  let used: string | undefined;
  const usual = defaultContext(graph.seed);
  const run: RunContext = {
    ...usual,
    engine: options.engine ?? receipt.engine ?? USUAL_ENGINE,
    memory: options.memory ?? memoryFor(receipt, usual.memory),
    ...(options.timeout === undefined ? {} : { timeout: 1000 * options.timeout }),
    ...definedOnly({ certify: receipt.certify }),
    noted: itemNotes.note,
    receipt: () => () => embeddable(receipt, itemNotes.read(key)?.notes ?? {}),
    chosen: (name) => () => {
      used = name;
    },
  };
  const item = { key, value: { path: input } };
  return pipe(
    editItem({ parts: lane, run, item, ...(options.signal && { signal: options.signal }) }),
    TE.chainEitherK((outcome) => {
      if (E.isLeft(outcome)) return E.left(outcome.left.diagnostics);
      // What travels on a port was checked when it came out of its operator.
      const { bytes } = outcome.right as { readonly bytes: Uint8Array };
      return E.right({ bytes, engine: used, notes: itemNotes.read(key)?.notes ?? {} });
    }),
  );
};

/** What the file would have got as its receipt, in the same order. */
const embeddable = (receipt: Receipt, notes: NotesByOperator) => {
  const { source, sourceSize, sourceDigest, output, index, epoch } = receipt;
  return {
    ...embeddedRecipe(receipt, notes),
    source,
    sourceSize,
    sourceDigest,
    output,
    index,
    epoch,
    ...(Object.keys(notes).length > 0 ? { notes } : {}),
  };
};

const changesSince = (receipt: Receipt): readonly string[] => {
  const now: Readonly<Record<string, string>> = { ...versions(), machine: machine() };
  const then: Readonly<Record<string, string>> = { ...receipt.versions, machine: receipt.machine };
  return Object.entries(then).flatMap(([name, value]) =>
    now[name] === value ? [] : [`${name}: ${value} → ${now[name] ?? 'not there'}`],
  );
};
