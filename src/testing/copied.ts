/**
 * A copy that shares no memory with the original: arrays, records and typed arrays all the way down. Functions, such as
 * work that a value still holds, stay the same.
 */
export const copied = <A>(value: A): A => {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (Array.isArray(value)) return value.map(copied) as A;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each)])) as A;
};
