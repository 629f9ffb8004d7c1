/** A value of any kind for people, cut off where it is long. */
export const shownValue = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 100);
};
