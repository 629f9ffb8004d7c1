import * as E from 'fp-ts/lib/Either.js';
import { paramErrors } from '../../operator/params/index.js';
import type { AnyPart, PartKind } from '../../operator/part.js';
import type { NetworkSpec } from '../../ports/index.js';
import type { Network } from '../network.js';
import type { GeneratorPart, Part, PartOf } from './part.js';

/** The parts of a kind, by name. Parts are told by what they say of themselves: `define…` made them. */
export const partsOf = <K extends PartKind>(
  parts: readonly AnyPart[],
  kind: K,
): Readonly<Record<string, PartOf<K>>> =>
  Object.fromEntries(
    parts.flatMap((part) => (part.part === kind ? [[part.name, part as Part as PartOf<K>] as const] : [])),
  );

/** Names that are taken, by kind, with those of parts. */
export const withNames = (
  taken: Readonly<Partial<Record<PartKind, readonly string[]>>>,
  parts: readonly AnyPart[],
): Readonly<Partial<Record<PartKind, readonly string[]>>> =>
  Object.fromEntries(
    Object.entries(taken).map(([kind, names]) => [
      kind,
      [...names, ...parts.filter(({ part }) => part === kind).map(({ name }) => name)],
    ]),
  );

/** Numbers as parameters are: 0 and 1 are what booleans become in `model.json`. */
const written = (
  { params: { shape } }: GeneratorPart,
  options: NetworkSpec['options'],
): Readonly<Record<string, number | boolean>> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      Object.hasOwn(shape.fields, name) && shape.fields[name]?.shape.kind === 'boolean' ? value !== 0 : value,
    ]),
  );

/** The network that a specification describes, of a part. The message of an error says what is wrong with it. */
export const networkOfPart = (part: GeneratorPart, { options }: NetworkSpec): E.Either<string, Network> => {
  const read = part.params.codec.decode(written(part, options));
  if (E.isLeft(read)) {
    const [first] = paramErrors(read.left);
    const name = first?.context.at(-1)?.key ?? '';
    return E.left(`\`${part.name}.${name}\` ${first?.message ?? 'cannot be used'}`);
  }
  return E.right(part.network(read.right));
};
