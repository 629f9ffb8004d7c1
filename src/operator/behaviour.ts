import type { Either } from 'fp-ts/lib/Either.js';
import type { IO } from 'fp-ts/lib/IO.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { Task } from 'fp-ts/lib/Task.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { Durable } from '../disk/durable.js';
import type { Look } from '../disk/look.js';
import type { Extent } from '../image/decoding/extent.js';
import type { Region } from '../image/samples/window.js';
import type { Frame, HostTensor, Item, ItemKey, Json, PictureShape, Port, Size } from '../ports/index.js';
import type { ItemFlow } from '../streams/flow.js';
import type { Engine } from '../tensor/run/engine.js';
import type { Tf } from '../tensor/tf.js';
import type * as tf from '../tensor/tfjs.js';
import type { Checkpoints, SavedTraining } from './checkpoints.js';
import type { CheckedParams } from './params/index.js';
import type { Laws } from './promises.js';
import type { Random } from './random.js';

/** What an operator knows about the run it is part of. */
export interface OpContext {
  /** Its place in the pipeline, as in `steps[2]/crop`: the same in every run. */
  readonly path: string;
  /** The pipeline's seed. */
  readonly seed: number;
  /** The random choices about an item: see `Random`. */
  readonly random: (key: ItemKey) => Random;
  /** Tells the user something about an item that goes on all the same. */
  readonly warn: (key: ItemKey, warning: Diagnostic) => IO<void>;
  /**
   * Notes facts about an item for its receipt: a seam check, what was measured, what was chosen. They are kept under the
   * operator's path; a fact noted again replaces the one of that name. Numbers must be finite: JSON has no others.
   */
  readonly note: (key: ItemKey, facts: Notes) => IO<void>;
  /** What is known so far of how an item is made: a receipt to put into its file. Undefined where no record is kept. */
  readonly receipt: (key: ItemKey) => IO<Json | undefined>;
  /**
   * Does work on a file, by its path below the source's folder, that could end the whole process, as decoding can. Where a
   * process has ended while it was at that file nothing is done: the file is left to a process of its own.
   */
  readonly crashGuard: <A>(path: string, work: Task<A>) => Task<Option<A>>;
  /** Guards the files that are there already: see `Results`. */
  readonly results: Results;
  /** The engine that tensor work runs on, as given by `--engine`. */
  readonly engine: string;
  /** That engine itself, one for the whole run; it starts when it is first used, and the run ends it. */
  readonly openEngine: TaskEither<Diagnostics, Engine>;
  /** How many items are worked on at once. */
  readonly jobs: number;
  /** Bytes that work on all items may take together; what could take more is worked on in tiles. */
  readonly memory: number;
  /** Milliseconds that one item may take in all, and opening a model; by its size where it is not said. */
  readonly timeout?: number;
  /** Whether seams are checked in every picture, as if each operator said `certify: true`. */
  readonly certify: boolean;
  /** The pipeline of the run, every parameter written out; absent where it is kept nowhere. */
  readonly pipeline?: Json;
  /** What must be on the disk before a checkpoint counts. */
  readonly durable: Durable;
  /**
   * Whether somebody turns its parameters meanwhile, to look at pictures: what is compiled takes numbers that may change as inputs then,
   * where it can, which may round otherwise than with constants.
   */
  readonly isDialled?: boolean;
}

/** A result that is about to be written. */
export interface NewResult {
  /** Absolute path of its file, and of the folder that all results go to. */
  readonly file: string;
  readonly folder: string;
  /** SHA-256 in hexadecimal, and bytes. */
  readonly digest: string;
  readonly size: number;
  /** Whether a file that no run wrote may be replaced. */
  readonly overwrite: boolean;
}

/** What a result's file may stand in the place of; `same` where it is there already, byte by byte. */
export type Clearance =
  | { readonly kind: 'same'; readonly look: Look }
  | { readonly kind: 'write'; readonly over: 'none' | Look };

/** What is known of the files that results are written to. */
export interface Results {
  /**
   * Looks whether a result may be written. Refused are files that no run wrote or that were
   * changed since (`file/exists`, `file/changed`), links, folders, pipes and devices (`file/in-the-way`), and what Prismflow keeps for
   * itself (`file/reserved`).
   */
  readonly claim: (result: NewResult) => TaskEither<Diagnostics, Clearance>;
  /** Notes how its file looks that is written and has not got its name yet: should the process end, it is known whose it is. */
  readonly staged: (result: NewResult, look: Look) => IO<void>;
  /** Notes that it was written. */
  readonly wrote: (result: NewResult, look: Look) => TaskEither<Diagnostics, void>;
}

/** Facts about an item, by name. */
export type Notes = Readonly<Record<string, Json>>;

/** Something that is opened once before the first item and closed after the last. */
export interface Resource<R> {
  readonly value: R;
  readonly close: Task<void>;
}

/** Opens what an operator needs for its whole run: weights, a session. */
export type Load<P, R> = (params: P, ctx: OpContext) => TaskEither<Diagnostics, Resource<R>>;

/** Makes items out of nothing; pulled, so that it does no more work than is asked for. */
export interface SourceBehaviour<P, O> {
  readonly source: (params: P, ctx: OpContext) => ItemFlow<O>;
  /** True when the items never end; such a source is not listed beforehand. */
  readonly endless?: (params: P) => boolean;
  /**
   * True when it waits for files and gives each when it is whole, and again when it has changed. Its items are recorded
   * and told apart by their content, as those of a source that ends.
   */
  readonly live?: (params: P) => boolean;
}

/** Turns one item into one, on its own: the items' order and neighbours do not matter. `R` is what `load` gives. */
export interface MapBehaviour<P, I, O, R> {
  readonly load?: Load<P, R>;
  readonly map: (
    params: P,
    ctx: OpContext,
    loaded: R,
  ) => (item: Item<I>, signal: AbortSignal) => TaskEither<Diagnostics, O>;
  /** How pictures of a shape would be worked on, where that depends on them: `pipe plan` tells it. */
  readonly estimate?: (
    params: P,
    ctx: OpContext,
    loaded: R,
  ) => (
    picture: PictureShape & Partial<Extent>,
    photo: Frame | undefined,
  ) => TaskEither<Diagnostics, WorkEstimate>;
}

/** How a picture would be worked on. */
export interface WorkEstimate {
  /** Bytes that are taken for it beside the picture itself. */
  readonly bytes: number;
  /** The tiles that it would be cut into; absent where it is worked on at once. */
  readonly tiles?: { readonly count: number; readonly width: number; readonly height: number };
}

/** Tensors of an item beside its pixels, by name. */
export type TensorInputs = Readonly<Record<string, tf.Tensor>>;

/**
 * Pixel work as a pure tfjs function, recorded once a shape and compiled; neighbours are compiled together. Pictures
 * are `[height, width, channels]` float32, sRGB-encoded, 0..1 (beyond is out of gamut, clipped only by `encode`).
 */
export interface TensorBehaviour<P, R> {
  readonly tensor: {
    /** True when pixels move: the transparency goes the same way. */
    readonly geometry?: boolean;
    /**
     * The part of the picture that the result shows, in its pixels, not always whole: what metadata say of a panorama follows
     * it. Absent from an operator of `geometry`: the result is no panorama any more.
     */
    readonly shows?: (params: P, shape: PictureShape) => Region;
    /**
     * True when every pixel is worked on by itself, whatever its neighbours, its place and the size of the picture: the
     * program then runs strip by strip, which is several times as fast. It says no to `geometry` and `transparent`.
     */
    readonly pointwise?: (params: P, shape: PictureShape) => boolean;
    /** 3: a grey picture becomes a colour one first. Absent: both are taken as they are. */
    readonly channels?: 3;
    /** What the picture's shape becomes; absent, it stays. Refuses pictures that it cannot take. */
    readonly shape?: (params: P, shape: PictureShape) => Either<Diagnostics, PictureShape>;
    /**
     * Numbers that differ from item to item, such as random offsets. They enter the compiled program as inputs, so that
     * one program serves all items; their shapes and dtypes must depend on `params` and `shape` alone.
     */
    readonly inputs?: (
      params: P,
      random: Random,
      shape: PictureShape,
    ) => Readonly<Record<string, HostTensor>>;
    readonly load?: Load<P, R>;
    /** The program for one shape. What it computes from `params` alone is a constant in the compiled graph. */
    readonly program: (
      tf: Tf,
      params: P,
      shape: PictureShape,
      loaded: R,
    ) => (picture: tf.Tensor3D, inputs: TensorInputs) => tf.Tensor3D;
    /**
     * The program for pictures with transparency, where it takes part in the work: when pixels are made of several, their
     * colours count by their opacity (0..1, `[height, width, 1]`), lest what cannot be seen bleed into what can.
     */
    readonly transparent?: (
      tf: Tf,
      params: P,
      shape: PictureShape,
      loaded: R,
    ) => (picture: tf.Tensor3D, alpha: tf.Tensor3D, inputs: TensorInputs) => TransparentPicture;
  };
}

/** Colours, not premultiplied, and opacity 0..1, `[height, width, 1]`. */
export interface TransparentPicture {
  readonly picture: tf.Tensor3D;
  readonly alpha: tf.Tensor3D;
}

/** Works on the stream as a whole: puts items together, takes them apart, leaves some out, changes their order. */
export interface FlowBehaviour<P, I, O> {
  readonly flow: (params: P, ctx: OpContext) => (items: ItemFlow<I>) => ItemFlow<O>;
}

/** Puts several named streams together. */
export interface JoinBehaviour<P, O> {
  readonly join: (
    params: P,
    ctx: OpContext,
  ) => (streams: Readonly<Record<string, ItemFlow<unknown>>>) => ItemFlow<O>;
}

/** A stream that a scan reads beside its items. */
export interface Beside {
  /** What the scan calls it, which is not `items`. */
  readonly name: string;
  /** The name of the stream, and the keys of the parameter that names it. */
  readonly stream: string;
  readonly at: readonly string[];
  /** What it must carry, given what the items are. */
  readonly carries: (given: Port) => Port;
}

/** Carries a state from item to item, in order, one at a time. The step is pure: it changes nothing it is given. */
export interface ScanBehaviour<P, I, O, S> {
  readonly scan: {
    readonly start: (params: P, ctx: OpContext) => TaskEither<Diagnostics, Resource<S>>;
    /** @param beside the streams that it reads beside its items, by name: opened when it opens them, each time anew */
    readonly step: (
      params: P,
      ctx: OpContext,
      beside: Readonly<Record<string, ItemFlow<unknown>>>,
    ) => (
      state: S,
      item: Item<I>,
      signal: AbortSignal,
    ) => TaskEither<Diagnostics, readonly [state: S, out: O]>;
    /** Puts a state that was kept in the place of the one at the start. Absent: it cannot be taken up again. */
    readonly resume?: (
      params: P,
      ctx: OpContext,
    ) => (start: S, saved: SavedTraining) => Either<Diagnostics, S>;
    /** True for a state after which there is nothing to do: the stream ends there, however many items there are. */
    readonly ends?: (params: P) => (state: S) => boolean;
  };
}

/** What a definition has exactly one of, its own types left out but for its parameters: they are what its codec has read. */
export type Untagged =
  | SourceBehaviour<CheckedParams, unknown>
  | MapBehaviour<CheckedParams, unknown, unknown, unknown>
  | TensorBehaviour<CheckedParams, unknown>
  | FlowBehaviour<CheckedParams, unknown, unknown>
  | JoinBehaviour<CheckedParams, unknown>
  | ScanBehaviour<CheckedParams, unknown, unknown, unknown>;

/** The kinds of behaviours: each is also the name of the property that a definition has exactly one of. */
export const behaviourKinds = ['source', 'map', 'tensor', 'flow', 'join', 'scan'] as const;

/**
 * What an operator does, told apart by `kind`. Values that travel are `unknown` here: whoever runs it looks at run time whether
 * they are what its ports say.
 */
export type Behaviour =
  | ({ readonly kind: 'source' } & SourceBehaviour<CheckedParams, unknown>)
  | ({ readonly kind: 'map' } & MapBehaviour<CheckedParams, unknown, unknown, unknown>)
  | ({ readonly kind: 'tensor' } & TensorBehaviour<CheckedParams, unknown>)
  | ({ readonly kind: 'flow' } & FlowBehaviour<CheckedParams, unknown, unknown>)
  | ({ readonly kind: 'join' } & JoinBehaviour<CheckedParams, unknown>)
  | ({ readonly kind: 'scan' } & ScanBehaviour<CheckedParams, unknown, unknown, unknown>);

/** The behaviour of one kind. */
export type BehaviourOf<K extends Behaviour['kind']> = Extract<Behaviour, { readonly kind: K }>;

/**
 * What is known of an operator before it runs: `plan`, the documentation and the law tests go by it. `W` are parameters
 * as people write them.
 */
export interface Facts<P, W = unknown> {
  /** False when the result depends on more than item, parameters and seed: a clock, a network. True when absent. */
  readonly deterministic?: boolean;
  /** True when it draws random numbers with these parameters: results then differ from item to item and pass to pass. */
  readonly random?: (params: P) => boolean;
  /** Rough cost for planning, until it was measured: on one core. */
  readonly cost?: { readonly millisecondsPerMegapixel: number };
  /**
   * Bytes that work on one picture takes at most, beside that picture and with its result. It is a promise: a photo is refused
   * where there is not so much memory, and others wait for it. What several pictures at once make up comes as one of their size.
   * Absent: eight pictures of floats. Several tensor operators that work on pixels by themselves run in strips, which takes less,
   * and nobody is asked. An operator that says how it would work on a picture (`estimate`) is asked that instead.
   */
  readonly memory?: (params: P, picture: Extent, result: Extent) => number;
  /** For an operator that reads files: paths beside a file on which its result depends as well, whether or not there is something. */
  readonly beside?: (params: P, path: string) => readonly string[];
  /** For an operator that reads files: the picture that it gives, where that is another than the one that the file's header tells of. */
  readonly opens?: (params: P, picture: Extent) => Extent;
  /**
   * For what decides on the format of results: the extension that the result of a file of that path has, without the dot; `undefined`
   * when it keeps the source's.
   */
  readonly extension?: (params: P, path: string) => string | undefined;
  /**
   * For a flow operator: how many items it takes in before it gives one. Beside a branch of the same stream that waits
   * for it, so many must be kept.
   */
  readonly bufferedItems?: (params: P) => number;
  /**
   * For a flow operator: true when items go through it one by one and in order, all of them, so that the last one that was
   * used tells where its source stood. A training is then taken up there; else what came before is made again. For a join:
   * true when it takes the next item of each stream every time, and never looks for partners.
   */
  readonly inOrder?: true;
  /** For an operator that changes the size of pictures and is no tensor operator: what becomes of the shape. */
  readonly shape?: (params: P, shape: PictureShape) => Either<Diagnostics, PictureShape>;
  /**
   * Of an operator that opens something: what of its parameters that depends on. Where several are open at once, those for which this is
   * the same share one.
   */
  readonly sharedBy?: (params: P) => Json;
  /** Names of parameters that do not change what is made of an item: work is done whatever they say. */
  readonly aside?: readonly string[];
  /** True when what is known of how an item is made goes into what it gives. */
  readonly embedsReceipt?: (params: P) => boolean;
  /** For a sink that writes one file an item. */
  readonly sink?: Sink<P>;
  /** For a scan: the streams that it reads beside its items with these parameters, such as photos that it is judged by. */
  readonly sideStreams?: (params: P) => readonly Beside[];
  /** For a scan that learns: how many steps it takes, and how many photos of each source it should have to learn from. */
  readonly course?: (params: P, given: Port) => { readonly steps: number; readonly photos: number };
  /** For an operator that fills up pictures which are too small for it: the size that they should have. */
  readonly least?: (params: P) => Size | undefined;
  /** In what parameters and port do not go together: continues "`gan.step` …", or nothing when all is well. */
  readonly objection?: (params: P, given: Port) => string | undefined;
  /** For an operator that writes something for people to look at: its absolute path. */
  readonly shows?: (params: P) => string;
  /** For an operator that writes files beside a sink's: the absolute path of the folder that they are in, which no other run may write. */
  readonly writes?: (params: P) => string;
  /**
   * For an operator that reads a folder as `weights`: the files of it that matter to its results, where these are not those of
   * the whole folder, or of the model in it.
   */
  readonly weightFiles?: (params: P) => TaskEither<Diagnostics, readonly string[]> | undefined;
  /** For an operator that keeps the state of a scan before it: where. A run is taken up again from there. */
  readonly checkpoints?: (params: P) => Checkpoints;
  /** True when its paths may be addresses of objects (`s3://bucket/prefix`). */
  readonly objects?: true;
  /** What it promises beyond its ports; it is tested for that. */
  readonly laws?: Laws<P, W>;
}

/** Where a sink writes. It is asked before anything runs, to find items that would write one file, and what is done. */
export interface Sink<P> {
  /** Absolute path of the folder that all its files are in; a record of what was done is kept there. */
  readonly folder: (params: P) => string;
  /**
   * Absolute path of an item's file, which must be inside the folder.
   * @param extension what the encoder before it declared; absent, the file keeps its source's
   */
  readonly file: (params: P, key: ItemKey, extension: string | undefined) => Either<Diagnostics, string>;
  /** True when files that no run wrote may be replaced. */
  readonly overwrites?: (params: P) => boolean;
  /** True when files get the time at which their photo was changed last. */
  readonly keepsTimes?: (params: P) => boolean;
  /** True when no two items of one pass can get the same file, so that nobody need compare them all. */
  readonly distinct?: (params: P) => boolean;
}
