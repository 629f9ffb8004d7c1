import type { Code } from './codes.js';

/** A place in a text: line and column count from 1, offset in UTF-16 units from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a file, `end` exclusive. `source` is the whole text, so that an excerpt can be printed. */
export interface Span {
  readonly file: string;
  readonly source: string;
  readonly start: Position;
  readonly end: Position;
}

/** One finding: what is wrong, where, and how to fix it. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** One sentence in the user's terms, with the offending value. */
  readonly message: string;
  /** How to fix this very case; the code's general advice is printed when it is absent. */
  readonly hint?: string;
  readonly span?: Span;
  /** Whatever was thrown underneath, kept for logs; never printed by itself. */
  readonly cause?: unknown;
}

/** One or more findings: the failure side of every phase. */
export type Diagnostics = readonly [Diagnostic, ...Diagnostic[]];

/** Builds an error diagnostic. */
export const failure = (
  code: Code,
  message: string,
  more: { readonly hint?: string; readonly span?: Span; readonly cause?: unknown } = {},
): Diagnostic => ({ code, severity: 'error', message, ...more });

/** Builds a warning diagnostic. */
export const warning = (
  code: Code,
  message: string,
  more: { readonly hint?: string; readonly span?: Span; readonly cause?: unknown } = {},
): Diagnostic => ({ code, severity: 'warning', message, ...more });

/** A diagnostic without what another process can make nothing of: where it stands in a text, and what was thrown. */
export const sendable = ({ code, severity, message, hint }: Diagnostic): Diagnostic => ({
  code,
  severity,
  message,
  ...(hint === undefined ? {} : { hint }),
});

/** The same for each of them. */
export const allSendable = ([first, ...others]: Diagnostics): Diagnostics => [
  sendable(first),
  ...others.map(sendable),
];

/** The text of anything thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

/** An Error that carries diagnostics across a boundary that only knows exceptions (tfjs callbacks, promises). */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  readonly diagnostics: Diagnostics;

  constructor(diagnostics: Diagnostics) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}
