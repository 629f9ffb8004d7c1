import { codes } from './codes.js';
import type { Diagnostic, Span } from './diagnostic.js';
import { printable } from './printable.js';

/** Turns text into text of a colour; a plain one leaves it as it is. */
export type Paint = (text: string) => string;

/** How diagnostics are printed. */
export interface PrintOptions {
  /** Columns of the terminal; longer lines of a file are cut around the place. Default: 80. */
  readonly width?: number;
  readonly paint?: {
    readonly error: Paint;
    readonly warning: Paint;
    readonly dim: Paint;
    readonly bold: Paint;
  };
}

const plain = (text: string): string => text;
const unpainted = { error: plain, warning: plain, dim: plain, bold: plain };

/**
 * A diagnostic as people read it: code and message, the place, an excerpt with a caret, and how to fix it.
 *
 * @example
 * error[value/unknown-key]: `files.macth` is not known here.
 *   --> pipelines.yaml:9:30
 *    |
 *  9 |       - files: { in: $input, macth: "*.jpg" }
 *    |                              ^^^^^
 *    = Did you mean `match`?
 */
export const printDiagnostic = (
  { code, severity, message, hint, span }: Diagnostic,
  { width = 80, paint = unpainted }: PrintOptions = {},
): string => {
  const gutter = span === undefined ? 1 : String(span.start.line).length + 1;
  const lines = [
    `${paint[severity](`${severity}[${code}]`)}${paint.bold(`: ${printable(message)}`)}`,
    ...(span === undefined ? [] : excerpt(span, gutter, width, severity, paint)),
    `${' '.repeat(gutter)} ${paint.dim('=')} ${printable(hint ?? codes[code].remedy)}`,
  ];
  return lines.join('\n');
};

const excerpt = (
  { file, source, start, end }: Span,
  gutter: number,
  width: number,
  severity: Diagnostic['severity'],
  paint: NonNullable<PrintOptions['paint']>,
): readonly string[] => {
  const line = (source.split(/\r\n|\n|\r/)[start.line - 1] ?? '').replaceAll('\t', ' ');
  const room = Math.max(20, width - gutter - 4);
  const column = start.column - 1;
  const marked =
    end.line === start.line ? Math.max(1, end.column - start.column) : Math.max(1, line.length - column);
  // The place stays in sight: what is left of it gives way first.
  const from = Math.max(0, Math.min(column - 8, column + marked + 8 - room));
  const shown = line.slice(from, from + room);
  const carets = '^'.repeat(Math.max(1, Math.min(marked, room - (column - from))));
  const rule = paint.dim('|');
  const margin = ' '.repeat(gutter);
  return [
    `${margin}${paint.dim('-->')} ${printable(file)}:${start.line}:${start.column}`,
    `${margin} ${rule}`,
    `${paint.dim(String(start.line).padStart(gutter))} ${rule} ${printable(shown)}`,
    `${margin} ${rule} ${' '.repeat(column - from)}${paint[severity](carets)}`,
  ];
};
