import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type AnyParamType, type AnyRecordType, escapeBraces } from '../../operator/params/index.js';
import type { FieldShape, PathRole, RecordShape, Shape } from '../../operator/params/shape.js';

/** What arbitrary parameters may name. */
export interface ArbitraryParamsOptions {
  /** Absolute paths that parameters of each role are. Without any, a relative path that leads nowhere. */
  readonly paths?: Partial<Readonly<Record<PathRole, readonly string[]>>>;
  /** Names of streams. Default: `items`. */
  readonly streams?: readonly string[];
  /** Fields of the record that are as given, such as `{ strength: 0 }`; the others are arbitrary. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** How far numbers go that have no bound of their own: what is larger costs time and shows little. */
const FAR = 1000;

/** How far from its smallest value most integers are drawn, since sizes and counts are meant to be small in a test. */
const NEAR = 24;

const integer = ({ min, max }: Bounds): fc.Arbitrary<number> => {
  const least = Math.ceil(min ?? -Math.min(FAR, Math.abs(max ?? FAR)));
  const most = Math.floor(max ?? least + FAR);
  const nearest = Math.max(least, Math.min(0, most));
  const near = { min: Math.max(least, nearest - NEAR), max: Math.min(most, nearest + NEAR) };
  return fc.oneof({ weight: 4, arbitrary: fc.integer(near) }, fc.integer({ min: least, max: most }));
};

const real = ({ min, max }: Bounds): fc.Arbitrary<number> => {
  const least = min ?? Math.min(-FAR, (max ?? 0) - FAR);
  const most = max ?? Math.max(FAR, least + FAR);
  const within = (value: number): number => Math.min(most, Math.max(least, value));
  const steps = 64;
  return fc.oneof(
    // Even steps, the bounds among them: numbers that people write, and that read well in a report.
    fc.nat(steps).map((step) => within(Number((least + ((most - least) * step) / steps).toPrecision(6)))),
    fc.integer({ min: Math.ceil(least), max: Math.max(Math.ceil(least), Math.floor(most)) }).map(within),
    fc.double({ min: least, max: most, noNaN: true }),
  );
};

const ordered = <A extends number>([a, b]: readonly [A, A]): readonly [A, A] => (a <= b ? [a, b] : [b, a]);

/**
 * Values as people write them that have a shape. Most are accepted by the codec that the shape belongs to; conditions
 * that a shape cannot express are for `arbitraryParams` to look after.
 */
export const arbitraryWritten = (
  shape: Shape,
  options: ArbitraryParamsOptions = {},
): fc.Arbitrary<unknown> => {
  switch (shape.kind) {
    case 'number':
      return real(shape);
    case 'integer':
      return integer(shape);
    case 'anything':
      return fc.constantFrom(null, true, 1, 'text');
    case 'boolean':
      return fc.boolean();
    case 'text':
      return fc.string({ minLength: 1, maxLength: 8 });
    case 'choice':
      return fc.constantFrom(...shape.options);
    case 'path':
      return fc.constantFrom(...atLeast(options.paths?.[shape.role], 'some/path'));
    case 'template':
      return fc
        .tuple(
          fc.constantFrom(...atLeast(options.paths?.output, 'results')),
          fc.constantFrom('{path}', '{name}.{ext}', '{index}-{name}.{ext}', 'sub/{path}'),
        )
        .map(([folder, file]) => join(escapeBraces(folder), file));
    case 'stream':
      return fc.constantFrom(...atLeast(options.streams, 'items'));
    case 'interval':
      return fc.oneof(real(shape), fc.tuple(real(shape), real(shape)).map(ordered));
    case 'size': {
      const side = integer(shape);
      return fc.oneof(side, fc.tuple(side, side));
    }
    case 'colour':
      return fc.oneof(
        fc.constantFrom('black', 'grey', 'white'),
        fc.nat(0xffffff).map((rgb) => `#${rgb.toString(16).padStart(6, '0')}`),
      );
    case 'list': {
      const least = shape.minLength ?? 0;
      return fc.array(arbitraryWritten(shape.of, options), {
        minLength: least,
        maxLength: Math.min(shape.maxLength ?? least + 3, least + 3),
      });
    }
    case 'record':
      return arbitraryRecord(shape, options);
    case 'tagged':
      return fc.oneof(
        ...Object.entries(shape.variants).map(([kind, variant]) =>
          arbitraryRecord(variant, options).map((params) => ({ [kind]: params })),
        ),
      );
    case 'anyOf':
      return fc.oneof(...shape.options.map((option) => arbitraryWritten(option, options)));
  }
};

const atLeast = (known: readonly string[] | undefined, otherwise: string): readonly [string, ...string[]] => {
  const [first = otherwise, ...rest] = known ?? [];
  return [first, ...rest];
};

const arbitraryRecord = (
  { fields }: RecordShape,
  options: ArbitraryParamsOptions,
): fc.Arbitrary<Readonly<Record<string, unknown>>> => {
  const inner = { ...options, fixed: {} };
  const names = (wanted: (field: FieldShape) => boolean): readonly string[] =>
    Object.keys(fields).filter((name) => wanted(fields[name]!));
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, { shape }]) => [name, arbitraryWritten(shape, inner)] as const),
  );
  const needed = names(({ presence }) => presence === 'required');
  // Few of those that can be left out: many of them exclude each other.
  const given = fc.oneof(
    { withCrossShrink: true },
    {
      weight: 3,
      arbitrary: fc.subarray([...names(({ presence }) => presence !== 'required')], {
        maxLength: Math.min(3, Object.keys(fields).length - needed.length),
      }),
    },
    fc.subarray([...names(({ presence }) => presence !== 'required')]),
  );
  return fc
    .tuple(fc.record(values), given)
    .map(([all, chosen]) => Object.fromEntries([...needed, ...chosen].map((name) => [name, all[name]])));
};

/** A value by its codec's word: true when it is read without complaint. */
const isAccepted =
  ({ codec }: AnyParamType) =>
  (written: unknown): boolean =>
    E.isRight(codec.decode(written));

/**
 * Parameters as people write them, from an operator's own codec: all that it accepts, large sizes and long lists apart.
 * They shrink to the fewest fields and the plainest values.
 *
 * @example
 * fc.assert(fc.property(arbitraryParams(resize.operator.params), (written) => resize(written) !== undefined));
 */
export const arbitraryParams = (
  type: AnyRecordType,
  { fixed = {}, ...options }: ArbitraryParamsOptions = {},
): fc.Arbitrary<Readonly<Record<string, unknown>>> => {
  const accepted = isAccepted(type);
  const { fields } = type.shape;
  const required = Object.keys(fields).filter((name) => fields[name]?.presence === 'required');
  const drawn = arbitraryRecord(type.shape, options);
  if (Object.keys(fixed).length === 0) return drawn.filter(accepted);
  return drawn
    .map((written) => {
      const whole = { ...written, ...fixed };
      if (accepted(whole)) return whole;
      // What excludes the fixed fields is left out.
      const bare = Object.fromEntries(required.map((name) => [name, written[name]]));
      return { ...bare, ...fixed };
    })
    .filter(accepted);
};
