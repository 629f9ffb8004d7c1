/**
 * An object without those of its properties that are undefined: what is absent is not the same as what is undefined
 * (`exactOptionalPropertyTypes`).
 */
export const definedOnly = <A extends object>(
  all: A,
): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  // What is left has no undefined value.
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof A]?: Exclude<A[K], undefined>;
  };
