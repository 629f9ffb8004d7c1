import type { Diagnostic } from '../diagnostics/index.js';
import { printDiagnostic } from '../diagnostics/index.js';
import type { ItemFailure } from '../ports/index.js';
import { printable } from './printable.js';
import { type Paints, printOptions, type Terminal } from './terminal.js';

/** So many are printed in full; a file with more faults is fixed from the top. */
const MOST = 20;

/** Prints diagnostics for people, errors after warnings so that they are what one sees last. */
export const printDiagnostics = (terminal: Terminal, diagnostics: readonly Diagnostic[]): void => {
  const ordered = [
    ...diagnostics.filter(({ severity }) => severity === 'warning'),
    ...diagnostics.filter(({ severity }) => severity === 'error'),
  ];
  for (const diagnostic of ordered.slice(0, MOST))
    terminal.err(`${printDiagnostic(diagnostic, printOptions(terminal))}\n\n`);
  if (ordered.length > MOST) terminal.err(`… and ${ordered.length - MOST} more.\n`);
};

/** A photo that was set aside, on two lines: which one and where, and why. */
export const setAsideLines = (
  {
    path,
    operator,
    code,
    message,
    hint,
  }: {
    readonly path: string;
    readonly operator: string;
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
  },
  paint: Paints,
): readonly [string, string] => [
  `${paint.red('✗')} ${paint.bold(printable(path))} ${paint.dim(`at ${printable(operator)}`)}`,
  `  ${paint.dim(`${printable(code)}:`)} ${printable(message)}${hint === undefined ? '' : ` ${printable(hint)}`}`,
];

/** The same of a failure. */
export const failureLines = (
  { key, operator, diagnostics: [{ code, message, hint }] }: ItemFailure,
  paint: Paints,
): readonly [string, string] => setAsideLines({ path: key.path, operator, code, message, hint }, paint);
