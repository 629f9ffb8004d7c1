import type { Json } from '../api/types.js';

/** What operators noted of an edit, by the step's name. */

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is noted of seams between tiles, wherever it stands among the notes; undefined where a photo went through in one piece. */
export const seamsOf = (notes: Json): string | undefined => {
  if (!isRecord(notes)) return undefined;
  for (const [name, value] of Object.entries(notes)) {
    if (name.toLowerCase().includes('seam')) return isRecord(value) ? JSON.stringify(value) : String(value);
    const below = seamsOf(value);
    if (below !== undefined) return below;
  }
  return undefined;
};
