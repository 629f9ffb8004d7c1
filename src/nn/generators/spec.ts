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

const complaintAbout = ({ kind, options }: NetworkSpec): string | undefined => {
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
 * A generator as it stands in files, `{ pyramid: { levels: 3 } }`, held to the options that there are. The message of
 * an error says what is wrong.
 */
export const networkSpec = new t.Type<NetworkSpec, unknown, unknown>(
  'a generator',
  (value): value is NetworkSpec =>
    t.type({ kind: t.string, options: t.record(t.string, t.number) }).is(value) &&
    complaintAbout(value) === undefined,
  (value, context) => {
    const entries = shape.is(value) ? Object.entries(value) : [];
    const [only] = entries;
    if (only === undefined || entries.length > 1)
      return t.failure(
        value,
        context,
        'it must be one generator with its options, as in { "pyramid": { "levels": 3 } }',
      );
    const spec = { kind: only[0], options: renamed(only[1]) };
    const complaint = complaintAbout(spec);
    return complaint === undefined ? E.right(spec) : t.failure(value, context, complaint);
  },
  ({ kind, options }) => ({ [kind]: options }),
);
