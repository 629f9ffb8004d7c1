import { show } from './param-type.js';
import type { FieldShape, Shape } from './shape.js';

const range = ({ min, max }: { readonly min?: number; readonly max?: number }): string => {
  if (min !== undefined && max !== undefined) return ` ${min}..${max}`;
  if (min !== undefined) return ` ≥ ${min}`;
  return max === undefined ? '' : ` ≤ ${max}`;
};

/** A shape in a few words, as in the list of an operator's parameters: `number 0..1`. */
export const describe = (shape: Shape): string => {
  switch (shape.kind) {
    case 'number':
      return `number${range(shape)}`;
    case 'integer':
      return `whole number${range(shape)}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'text';
    case 'anything':
      return 'anything';
    case 'path':
      return 'path';
    case 'template':
      return 'path with {places}';
    case 'stream':
      return 'name of a stream';
    case 'colour':
      return 'colour';
    case 'choice':
      return shape.options.map(String).join(' | ');
    case 'interval':
      return `number or [from, to]${range(shape)}`;
    case 'size':
      return `pixels or [width, height]${shape.max === undefined ? '' : range(shape)}`;
    case 'list':
      return `list of ${describe(shape.of)}`;
    case 'record':
      return `{ ${Object.keys(shape.fields).join(', ')} }`;
    case 'tagged':
      return Object.keys(shape.variants).join(' | ');
    case 'anyOf':
      return shape.options.map(describe).join(', or ');
  }
};

/** Whether a field must be given, or what it is when it is not. */
export const describePresence = ({ presence, fallback }: FieldShape): string => {
  switch (presence) {
    case 'required':
      return 'required';
    case 'optional':
      return '';
    case 'defaulted':
      return `default ${typeof fallback === 'string' ? fallback : show(fallback)}`;
  }
};
