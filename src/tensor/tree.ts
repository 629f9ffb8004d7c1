/** A tensor, or arrays and records of tensors, nested as deep as one likes. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** A leaf and the keys that lead to it, joined by dots: `layers.0.filter`; the empty path is the tree itself. */
export interface Leaf<A> {
  readonly path: string;
  readonly value: A;
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);

/** The leaves in the order of keys as written, which is the order of inputs and outputs of a compiled program. */
export const leaves = <A>(tree: unknown, isLeaf: (value: unknown) => value is A, path = ''): Leaf<A>[] => {
  if (isLeaf(tree)) return [{ path, value: tree }];
  if (Array.isArray(tree)) return tree.flatMap((child, i) => leaves(child, isLeaf, join(path, i)));
  if (isRecord(tree))
    return Object.entries(tree).flatMap(([key, child]) => leaves(child, isLeaf, join(path, key)));
  throw new TreeError(path, tree);
};

/** The same tree with other leaves. */
export const mapTree = <A>(
  tree: unknown,
  isLeaf: (value: unknown) => value is A,
  f: (leaf: A, path: string) => unknown,
  path = '',
): unknown => {
  if (isLeaf(tree)) return f(tree, path);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, isLeaf, f, join(path, i)));
  if (isRecord(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([key, child]) => [key, mapTree(child, isLeaf, f, join(path, key))]),
    );
  }
  throw new TreeError(path, tree);
};

/** Something in a tree is neither a leaf nor a plain array or record. */
export class TreeError extends Error {
  override readonly name = 'TreeError';

  constructor(path: string, found: unknown) {
    super(`${path === '' ? 'it' : `'${path}'`} is ${describe(found)}`);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return 'a promise (the function is asynchronous)';
  if (typeof value === 'object') return `an instance of ${value.constructor?.name ?? 'nothing'}`;
  return `a ${typeof value}`;
};
