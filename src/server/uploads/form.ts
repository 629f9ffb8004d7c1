import { DiagnosticError, failure, messageOf } from '../../diagnostics/index.js';

/** The parts of a form; one that is no form is the client's fault. Limits that are passed are told as they are. */
export async function* partsOf<A>(parts: AsyncIterable<A>): AsyncGenerator<A> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((thrown: unknown) => {
        throw (thrown as { readonly statusCode?: number }).statusCode === undefined ? broken(thrown) : thrown;
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

const broken = (thrown: unknown): DiagnosticError =>
  new DiagnosticError([failure('serve/request', `The form cannot be read: ${messageOf(thrown)}.`)]);
