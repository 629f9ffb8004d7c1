import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean } from '../../diagnostics/index.js';
import { type ParamType, paramType, refuse, show } from './param-type.js';
import type { AnyRecordType } from './record.js';

type Variants = Readonly<Record<string, AnyRecordType>>;

/** One of several named kinds with its own parameters, as the operator gets it. */
export type Tagged<V extends Variants> = {
  readonly [K in keyof V & string]: { readonly kind: K; readonly params: t.TypeOf<V[K]['codec']> };
}[keyof V & string];

/** As people write it: `pyramid`, or `{ pyramid: { levels: 3 } }`. */
export type WrittenTag<V extends Variants> = {
  readonly [K in keyof V & string]: K | { readonly [N in K]: t.OutputOf<V[K]['codec']> };
}[keyof V & string];

/** A kind beside those that there are, such as a plugin's. */
interface More {
  readonly params: AnyRecordType;
}

/** A kind with its parameters, and the part that it is where it is one of these. */
type Chosen<V extends Variants, P> = [P] extends [never] ? Tagged<V> : Tagged<V> & { readonly part?: P };

/**
 * A choice between kinds that have parameters of their own: the name alone, or a mapping of it to them.
 *
 * @param more kinds beside them, by name. Who is given one of these finds it as `part`
 */
export const tagged = <const V extends Variants, P extends More = never>(
  own: V,
  more: Readonly<Record<string, P>> = {},
): ParamType<Chosen<V, P>, WrittenTag<V>> => {
  const variants: Variants = {
    ...own,
    ...Object.fromEntries(Object.entries(more).map(([name, { params }]) => [name, params])),
  };
  const names = Object.keys(variants);
  const list = names.join(', ');

  const read = (value: unknown, context: t.Context): t.Validation<Chosen<V, P>> => {
    const entries =
      typeof value === 'string'
        ? [[value, undefined] as const]
        : typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.entries(value)
          : [];
    const [only] = entries;
    if (only === undefined || entries.length > 1)
      return refuse(context, 'value/type', `must be one of ${list}, not ${show(value)}`, {
        hint: `Write the name alone, or a mapping with one entry: { ${names[0]}: { … } }.`,
      });
    const [kind, params] = only;
    const variant = Object.hasOwn(variants, kind) ? variants[kind] : undefined;
    if (variant === undefined)
      return refuse(
        typeof value === 'string' ? context : t.appendContext(context, kind, t.unknown, params),
        'value/choice',
        `cannot be \`${kind}\``,
        { hint: didYouMean(kind, names), at: typeof value === 'string' ? 'value' : 'key' },
      );
    const place = typeof value === 'string' ? context : t.appendContext(context, kind, variant.codec, params);
    return E.Monad.map(
      variant.codec.validate(params, place),
      (decoded) =>
        ({
          kind,
          params: decoded,
          ...(Object.hasOwn(more, kind) ? { part: more[kind] } : {}),
        }) as Chosen<V, P>,
    );
  };

  const write = ({ kind, params }: Tagged<V>): WrittenTag<V> =>
    ({ [kind]: variants[kind]?.codec.encode(params) }) as WrittenTag<V>;

  return paramType(
    `one of ${list}`,
    { kind: 'tagged', variants: Object.fromEntries(names.map((name) => [name, variants[name]!.shape])) },
    read,
    write,
  );
};
