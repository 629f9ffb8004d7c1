import {
  describe,
  describePresence,
  type FieldShape,
  type RecordShape,
  type Shape,
} from '../operator/params/index.js';
import type { Paints } from './terminal.js';

/** Explains parameters, a line for what each is for and one for what it can be, and those within them, further in. */
export const parameterLines = (
  { fields, main }: RecordShape,
  paint: Pick<Paints, 'cyan' | 'dim'>,
  indent = '  ',
): readonly string[] => {
  const wide = Math.max(0, ...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields).flatMap(([name, field]) => [
    `${indent}${paint.cyan(name.padEnd(wide))}  ${field.about}`,
    `${indent}${' '.repeat(wide)}  ${paint.dim(`${factsOf(field)}${name === main ? ' (or alone)' : ''}`)}`,
    ...linesWithin(field.shape, paint, `${indent}  `),
  ]);
};

/** What a parameter can be, and whether it must be given. What a mapping holds stands below it. */
const factsOf = (field: FieldShape): string => {
  const kind = field.shape.kind === 'record' ? 'mapping' : describe(field.shape);
  return [kind, describePresence(field)].filter((fact) => fact !== '').join(', ');
};

/** Explains what is within a parameter: the parameters of a mapping, or of each kind of a choice. */
const linesWithin = (
  shape: Shape,
  paint: Pick<Paints, 'cyan' | 'dim'>,
  indent: string,
): readonly string[] => {
  switch (shape.kind) {
    case 'record':
      return parameterLines(shape, paint, indent);
    case 'list':
      return linesWithin(shape.of, paint, indent);
    case 'anyOf':
      return shape.options.flatMap((option) => linesWithin(option, paint, indent));
    case 'tagged':
      return Object.entries(shape.variants).flatMap(([kind, variant]) =>
        Object.keys(variant.fields).length === 0
          ? []
          : [`${indent}${paint.cyan(kind)}:`, ...parameterLines(variant, paint, `${indent}  `)],
      );
    default:
      return [];
  }
};
