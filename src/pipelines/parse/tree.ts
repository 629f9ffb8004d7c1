import type { Span } from '../../diagnostics/index.js';
import type { Json } from '../../ports/index.js';

/** A value as it stands in a file, every part with its place. What code makes has no places. */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly span?: Span;
}

export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span?: Span;
}

export interface MapTree {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly span?: Span;
}

export interface Entry {
  readonly key: string;
  readonly keySpan?: Span;
  readonly value: Tree;
}

/** A text that stands for itself where a dollar sign begins the name of a parameter. */
export const escapeDollars = (text: string): string => text.replaceAll('$', '$$$$');

/** The bare value. */
export const toJson = (tree: Tree): Json => {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(toJson);
    case 'map':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, toJson(value)]));
  }
};

/** A tree without places, of a value from code. Fields that are undefined are left out. */
export const fromJson = (value: unknown): Tree => {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(fromJson) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'map',
      entries: Object.entries(value).flatMap(([key, child]) =>
        child === undefined ? [] : [{ key, value: fromJson(child) }],
      ),
    };
  return isScalar(value) ? { kind: 'scalar', value } : { kind: 'scalar', value: String(value) };
};

const isScalar = (value: unknown): value is ScalarTree['value'] =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** The entry of a mapping. */
export const entryOf = (tree: Tree, key: string): Entry | undefined =>
  tree.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;

/**
 * The place that a path of keys leads to, or the nearest one above it that the file has.
 * @param at whether the last key is meant, or its value
 */
export const spanAt = (tree: Tree, path: readonly string[], at: 'key' | 'value'): Span | undefined => {
  const [key, ...rest] = path;
  if (key === undefined) return tree.span;
  if (tree.kind === 'list') {
    const item = tree.items[Number(key)];
    return item === undefined ? tree.span : (spanAt(item, rest, at) ?? tree.span);
  }
  const entry = entryOf(tree, key);
  if (entry === undefined) return tree.span;
  return rest.length === 0 && at === 'key'
    ? (entry.keySpan ?? tree.span)
    : (spanAt(entry.value, rest, at) ?? entry.keySpan ?? tree.span);
};
