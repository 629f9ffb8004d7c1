import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { type NetworkSpec, parseJson } from '../../ports/index.js';
import { networkSpec } from '../generators/spec.js';
import type { Fingerprint } from './tensor-file.js';

/** One state of a model's weights on disk. */
export interface Snapshot extends Fingerprint {
  /** Name of its file in the model's folder. */
  readonly file: string;
  /** Training steps that made it. */
  readonly step: number;
  /** Restart cycle that it ends, from 1. */
  readonly cycle: number;
}

/**
 * How much a model changes photos that it is for: the root of the mean square of the change of the thumbnail that it looks at, or of
 * the photo where it looks at none, of values 0..1. A photo that it would change by less than `below` is taken to need nothing;
 * from `above` on it is edited wholly, and in between in part.
 */
export interface Gate {
  readonly below: number;
  readonly above: number;
  /**
   * Of a model that restores JPEG: the least `blockiness` of a photo whose quantisation tables are not known. One that shows less was not
   * compressed, or it does not show, and needs nothing.
   */
  readonly blocks?: number;
  /**
   * Of a model that takes haze away: how light the dark things of a photo are (`veil`) below which nothing is taken to lie before
   * them, so that it is left as it is, and from which on it is edited wholly.
   */
  readonly veil?: Bounds;
}

/** From where to where something sets in, 0..1. */
export interface Bounds {
  readonly below: number;
  readonly above: number;
}

/** What an edited photo keeps of the photo before, 0..1: it is made lighter afterwards where it has less. */
export interface Keeps {
  /** The share of the pixels that are darker than the highlights, which stay as light as they were. */
  readonly highlights: number;
  /** The least share of the mean light. */
  readonly light: number;
}

/** What `model.json` says: which network, its snapshots from the first to the last, and where they came from. */
export interface ModelManifest {
  readonly generator: NetworkSpec;
  readonly snapshots: readonly Snapshot[];
  /** When a photo is left as it is. */
  readonly gate?: Gate;
  /** What photos keep of their light. */
  readonly keeps?: Keeps;
  /** Free facts about the training: pipeline, seed, version, data, figures. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** The file of a folder that makes it a model. */
export const MODEL_JSON = 'model.json';

/** Name of the file of a snapshot. */
export const snapshotFile = (step: number): string => `snapshot-${step}.safetensors`;

/** Whether a file of a model's folder, by its name, is part of the model: others (reports, checkpoints) are beside it. */
export const isModelFile = (name: string): boolean =>
  name === MODEL_JSON || (name.startsWith('snapshot-') && name.endsWith('.safetensors'));

const plainName = new t.Type<string>(
  'a plain file name that begins with snapshot- and ends in .safetensors',
  (value): value is string => typeof value === 'string' && /^snapshot-[\w.-]+\.safetensors$/.test(value),
  (value, context) =>
    typeof value === 'string' && /^snapshot-[\w.-]+\.safetensors$/.test(value)
      ? t.success(value)
      : t.failure(value, context),
  t.identity,
);

const natural = t.refinement(t.Int, (value) => Number.isSafeInteger(value) && value >= 0, 'a whole number');

const sha256 = t.refinement(t.string, (value) => /^[0-9a-f]{64}$/.test(value), 'a SHA-256 in hexadecimal');

const isShare = (value: unknown): value is number => typeof value === 'number' && 0 <= value && value <= 1;

const isBounds = (value: unknown): value is Bounds => {
  const { below, above } = Object(value) as Partial<Record<keyof Bounds, unknown>>;
  return isShare(below) && isShare(above) && below <= above;
};

const gateOf = (value: unknown): E.Either<undefined, Gate> => {
  if (!isBounds(value)) return E.left(undefined);
  const { below, above, blocks, veil } = value as Bounds & Partial<Record<'blocks' | 'veil', unknown>>;
  if (blocks !== undefined && !(typeof blocks === 'number' && blocks >= 1)) return E.left(undefined);
  if (veil !== undefined && !isBounds(veil)) return E.left(undefined);
  return E.right({
    below,
    above,
    ...(blocks !== undefined && { blocks }),
    ...(veil !== undefined && { veil: { below: veil.below, above: veil.above } }),
  });
};

/** What a function makes of a value, or a complaint by the name of what it should be. */
const madeBy = <A>(name: string, of: (value: unknown) => E.Either<undefined, A>): t.Type<A, A, unknown> =>
  new t.Type<A, A, unknown>(
    name,
    (value): value is A => E.isRight(of(value)),
    (value, context) =>
      pipe(
        of(value),
        E.fold(() => t.failure(value, context), t.success),
      ),
    t.identity,
  );

const gateCodec = madeBy(
  '`{ "below": A, "above": B }` with 0 <= A <= B <= 1, `"blocks"` from 1 on and `"veil": { "below": C, "above": D }` where there are such',
  gateOf,
);

const keepsOf = (value: unknown): E.Either<undefined, Keeps> => {
  const { highlights, light } = Object(value) as Partial<Record<keyof Keeps, unknown>>;
  return isShare(highlights) && isShare(light) ? E.right({ highlights, light }) : E.left(undefined);
};

const keepsCodec = madeBy('`{ "highlights": A, "light": B }`, both of 0..1', keepsOf);

const manifestCodec = t.intersection([
  t.type({
    format: t.literal('prismflow-model'),
    version: t.literal(1),
    generator: networkSpec,
    snapshots: t.readonlyArray(
      t.strict({ file: plainName, sha256, bytes: natural, step: natural, cycle: natural }),
    ),
  }),
  t.partial({ gate: gateCodec, keeps: keepsCodec, training: t.UnknownRecord }),
]);

/** A schedule has 100 cycles at most, and a training can be made longer afterwards. */
const MAX_SNAPSHOTS = 256;

/** Bytes of a `model.json`. */
export const MAX_MANIFEST = 1 << 20;

/** The first value that comes twice. */
const twice = <A>(values: readonly A[]): A | undefined => {
  const seen = new Set<A>();
  return values.find((value) => {
    const known = seen.has(value);
    seen.add(value);
    return known;
  });
};

/** A snapshot that is listed twice would count twice, and take twice the time. */
const repeated = (snapshots: readonly Snapshot[]): string | undefined => {
  const file = twice(snapshots.map((each) => each.file.toLowerCase()));
  if (file !== undefined) return `it lists ${file} twice`;
  const step = twice(snapshots.map((each) => each.step));
  if (step !== undefined) return `it lists two snapshots of step ${step}`;
  const content = twice(snapshots.map(({ sha256 }) => sha256));
  return content === undefined ? undefined : `it lists two files with the SHA-256 ${content.slice(0, 12)}…`;
};

/** The text of a `model.json`. */
export const encodeManifest = ({ generator, snapshots, gate, keeps, training }: ModelManifest): string =>
  `${JSON.stringify(
    {
      format: 'prismflow-model',
      version: 1,
      generator: networkSpec.encode(generator),
      snapshots,
      ...(gate && { gate }),
      ...(keeps && { keeps }),
      training,
    },
    null,
    2,
  )}\n`;

const faultIn = (errors: t.Errors): string => {
  // An intersection reports each of its sides; the deepest error is the one that says most.
  const [deepest] = [...errors].sort((a, b) => b.context.length - a.context.length);
  const keys = deepest?.context
    .map(({ key }) => key)
    .filter((key, i) => key !== '' && !(i === 1 && /^\d+$/.test(key)));
  const place = keys === undefined || keys.length === 0 ? 'it' : `\`${keys.join('.')}\``;
  return `${place}: ${deepest?.message ?? `must be ${deepest?.context.at(-1)?.type.name ?? 'there'}`}`;
};

/** Reads the text of a `model.json`. Error: `weights/model-json`. */
export const decodeManifest = (path: string, text: string): E.Either<Diagnostics, ModelManifest> =>
  pipe(
    parseJson(text),
    E.chain((json) => pipe(manifestCodec.decode(json), E.mapLeft(faultIn))),
    E.filterOrElse(
      ({ snapshots }) => snapshots.length <= MAX_SNAPSHOTS,
      () => `it has more than ${MAX_SNAPSHOTS} snapshots`,
    ),
    E.chainFirst(({ snapshots }) => {
      const why = repeated(snapshots);
      return why === undefined ? E.right(undefined) : E.left(why);
    }),
    E.map(({ generator, snapshots, gate, keeps, training = {} }) => ({
      generator,
      snapshots,
      ...(gate && { gate }),
      ...(keeps && { keeps }),
      training,
    })),
    E.mapLeft((why): Diagnostics => [failure('weights/model-json', `${path} cannot be used, ${why}.`)]),
  );
