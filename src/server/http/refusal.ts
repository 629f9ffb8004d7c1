import { DiagnosticError, type Diagnostics } from '../../diagnostics/index.js';

/** A request that is refused: with a status of HTTP, and headers such as `retry-after`. */
export class Refusal extends DiagnosticError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, diagnostics: Diagnostics, headers: Readonly<Record<string, string>> = {}) {
    super(diagnostics);
    this.status = status;
    this.headers = headers;
  }
}
