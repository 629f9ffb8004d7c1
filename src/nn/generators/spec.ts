import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { NetworkSpec } from '../../ports/index.js';

/** Inclusive bounds of a whole number. */
export interface OptionBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The generators that there are, and the options of each: whole numbers, all of which may be left out. A file from
 * elsewhere may name no more than this, so that it cannot ask for a network that no memory holds.
 */
export const generatorOptions = {
  grid: {
    cells: { min: 4, max: 32 },
    depth: { min: 2, max: 16 },
    width: { min: 1, max: 128 },
    guide: { min: 1, max: 32 },
    light: { min: 0, max: 1 },
  },
  pyramid: {
    levels: { min: 2, max: 6 },
    lowBlocks: { min: 1, max: 32 },
    highBlocks: { min: 1, max: 32 },
    width: { min: 1, max: 512 },
    norm: { min: 0, max: 1 },
    dark: { min: 0, max: 1 },
    context: { min: 0, max: 1 },
    scattering: { min: 0, max: 1 },
  },
  resnet: { blocks: { min: 1, max: 32 }, width: { min: 1, max: 256 } },
  restorer: {
    unshuffle: { min: 1, max: 8 },
    levels: { min: 1, max: 5 },
    blocks: { min: 1, max: 32 },
    middleBlocks: { min: 1, max: 32 },
    width: { min: 1, max: 128 },
  },
  shrinkage: {
    blocks: { min: 1, max: 64 },
    chromaBlocks: { min: 1, max: 64 },
    width: { min: 1, max: 256 },
    chromaWidth: { min: 1, max: 256 },
  },
} as const satisfies Generators;

type Generators = Readonly<Record<string, Readonly<Record<string, OptionBounds>>>>;

const byKind: Generators = generatorOptions;

/** Options that a generator of a plugin may have at most; whether they are right, the plugin knows. */
const MOST_OPTIONS = 64;

const isOrigin = (value: unknown): value is NonNullable<NetworkSpec['plugin']> =>
  t.strict({ plugin: t.string, digest: t.string }).is(value) &&
  value.plugin.length <= 1024 &&
  /^sha256:[0-9a-f]{64}$/.test(value.digest);

const complaintAboutOwn = ({ kind, options, plugin }: NetworkSpec): string | undefined => {
  if (!/^[a-z][A-Za-z0-9-]*$/.test(kind)) return 'a generator cannot have such a name';
  if (!isOrigin(plugin)) return '`plugin` must be { "plugin": its name, "digest": "sha256:…" }';
  if (Object.keys(options).length > MOST_OPTIONS) return `it has more than ${MOST_OPTIONS} options`;
  return Object.values(options).every(Number.isFinite) ? undefined : 'its options must be numbers';
};

const complaintAbout = (spec: NetworkSpec): string | undefined =>
  spec.plugin === undefined ? complaintAboutBuiltIn(spec) : complaintAboutOwn(spec);

const complaintAboutBuiltIn = ({ kind, options }: NetworkSpec): string | undefined => {
  const known = Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
  if (known === undefined)
    return `there is no generator \`${kind}\`, only ${Object.keys(generatorOptions).join(', ')}`;
  return Object.entries(options)
    .map(([name, value]) => {
      const bounds = Object.hasOwn(known, name) ? known[name] : undefined;
      if (bounds === undefined) return `\`${kind}\` has no option \`${name}\``;
      return Number.isInteger(value) && value >= bounds.min && value <= bounds.max
        ? undefined
        : `\`${kind}.${name}\` must be a whole number between ${bounds.min} and ${bounds.max}, not ${value}`;
    })
    .find((complaint) => complaint !== undefined);
};

/** Options by the names that they have in older files. */
const FORMER_NAMES: Readonly<Record<string, string>> = { air: 'scattering' };

const renamed = (options: NetworkSpec['options']): NetworkSpec['options'] =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      Object.hasOwn(FORMER_NAMES, name) ? FORMER_NAMES[name]! : name,
      value,
    ]),
  );

const shape = t.record(t.string, t.record(t.string, t.number));

/**
 * A generator as it stands in files, `{ pyramid: { levels: 3 } }`, held to the options that there are; one of a plugin as
 * `{ mine: { width: 8 }, plugin: { plugin: './mine.mjs', digest: 'sha256:…' } }`, which the plugin is asked about when it is applied. The
 * message of an error says what is wrong.
 */
export const networkSpec = new t.Type<NetworkSpec, unknown, unknown>(
  'a generator',
  (value): value is NetworkSpec =>
    t.type({ kind: t.string, options: t.record(t.string, t.number) }).is(value) &&
    complaintAbout(value) === undefined,
  (value, context) => {
    // Beside the generator may stand the plugin that defines it.
    const { plugin, ...generators } = Object(value) as {
      readonly plugin?: NonNullable<NetworkSpec['plugin']>;
    };
    const entries = shape.is(generators) ? Object.entries(generators) : [];
    const [only] = entries;
    if (only === undefined || entries.length > 1)
      return t.failure(
        value,
        context,
        'it must be one generator with its options, as in { "pyramid": { "levels": 3 } }',
      );
    const spec: NetworkSpec =
      plugin === undefined
        ? { kind: only[0], options: renamed(only[1]) }
        : { kind: only[0], options: only[1], plugin };
    const complaint = complaintAbout(spec);
    return complaint === undefined ? E.right(spec) : t.failure(value, context, complaint);
  },
  ({ kind, options, plugin }) => ({ [kind]: options, ...(plugin && { plugin }) }),
);
