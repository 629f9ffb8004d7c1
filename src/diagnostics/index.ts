export { accumulating, all, fromDiagnostics, struct } from './accumulate.js';
export { type Code, codes, dispositionOf, isCode, isRetriedAtSink } from './codes.js';
export {
  allSendable,
  type Diagnostic,
  DiagnosticError,
  type Diagnostics,
  failure,
  messageOf,
  type Position,
  type Span,
  sendable,
  warning,
} from './diagnostic.js';
export { didYouMean, nearest } from './did-you-mean.js';
export type { Disposition, Explanation } from './explanation.js';
export { type Paint, type PrintOptions, printDiagnostic } from './print.js';
export { printable, printableJson } from './printable.js';
