/**
 * What a parameter accepts, as data. Its JSON Schema, its line in `pipe ops` and its arbitrary are all read from here,
 * so that they cannot disagree.
 */
export type Shape =
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'anything' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text' }
  | { readonly kind: 'choice'; readonly options: readonly Choice[] }
  | { readonly kind: 'path'; readonly role: PathRole }
  | { readonly kind: 'template' }
  | { readonly kind: 'stream' }
  | { readonly kind: 'interval'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'size'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'colour' }
  | {
      readonly kind: 'list';
      readonly of: Shape;
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | RecordShape
  | { readonly kind: 'tagged'; readonly variants: Readonly<Record<string, RecordShape>> }
  | { readonly kind: 'anyOf'; readonly options: readonly Shape[] };

/** A literal that a parameter can be. */
export type Choice = string | number | boolean;

/**
 * What a path is for. `input` must exist; `output` is made when it is missing; `weights` must exist, and its content
 * decides, together with the input's, whether a result is up to date.
 */
export type PathRole = 'input' | 'output' | 'weights';

/** Named fields. `main` is the one that a lone value sets: `batch: 4` is `batch: { size: 4 }`. */
export interface RecordShape {
  readonly kind: 'record';
  readonly fields: Readonly<Record<string, FieldShape>>;
  readonly main?: string;
}

/** One field of a record. */
export interface FieldShape {
  readonly shape: Shape;
  readonly about: string;
  readonly presence: 'required' | 'optional' | 'defaulted';
  /** What a defaulted field is when it is not given, as it would be written. */
  readonly fallback?: unknown;
}
