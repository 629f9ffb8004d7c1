import type { Diagnostic } from '../diagnostics/index.js';
import { printDiagnostic } from '../diagnostics/index.js';
import { printOptions, type Terminal } from './terminal.js';

/** So many are printed in full; a file with more faults is mended from the top. */
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

/** A diagnostic as a JSON object on one line. */
export const diagnosticJson = ({ code, severity, message, hint, span }: Diagnostic) => ({
  code,
  severity,
  message,
  ...(hint === undefined ? {} : { hint }),
  ...(span === undefined ? {} : { file: span.file, line: span.start.line, column: span.start.column }),
});
