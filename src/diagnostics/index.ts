export { type Code, codes } from './codes.js';
export {
  type Diagnostic,
  DiagnosticError,
  type Diagnostics,
  failure,
  messageOf,
  type Position,
  type Span,
  warning,
} from './diagnostic.js';
