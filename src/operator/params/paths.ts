import type { PathRole, Shape } from './shape.js';

/** A path among the parameters of an operator. */
export interface PathUse {
  /** The keys that lead to it. */
  readonly keys: readonly string[];
  readonly role: PathRole;
  /** Absolute; of a template, the template. */
  readonly path: string;
}

/** All paths among parameters as written. Where results go (a template) counts as `output`. */
export const pathsOf = (shape: Shape, written: unknown, keys: readonly string[] = []): readonly PathUse[] => {
  switch (shape.kind) {
    case 'path':
      return typeof written === 'string' ? [{ keys, role: shape.role, path: written }] : [];
    case 'template':
      return typeof written === 'string' ? [{ keys, role: 'output', path: written }] : [];
    case 'list':
      return Array.isArray(written)
        ? written.flatMap((each, i) => pathsOf(shape.of, each, [...keys, String(i)]))
        : pathsOf(shape.of, written, keys);
    case 'record':
      return entriesOf(written).flatMap(([key, value]) => {
        const field = shape.fields[key];
        return field === undefined ? [] : pathsOf(field.shape, value, [...keys, key]);
      });
    case 'tagged':
      return entriesOf(written).flatMap(([key, value]) => {
        const variant = shape.variants[key];
        return variant === undefined ? [] : pathsOf(variant, value, [...keys, key]);
      });
    case 'anyOf':
      return isLiteralOf(shape.options, written)
        ? []
        : shape.options.flatMap((option) => pathsOf(option, written, keys)).slice(0, 1);
    default:
      return [];
  }
};

/** True when a choice among the options means the text itself, as in `like: source`. */
export const isLiteralOf = (options: readonly Shape[], written: unknown): boolean =>
  options.some((option) => option.kind === 'choice' && option.options.some((literal) => literal === written));

const entriesOf = (written: unknown): readonly (readonly [string, unknown])[] =>
  typeof written === 'object' && written !== null ? Object.entries(written) : [];
