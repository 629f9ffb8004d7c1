import { Flow } from '../flow.js';
import { createPull } from '../pull.js';

/** Closes the flow when the signal aborts, as on Ctrl-C. It ends when everything that it held is released. */
export const until =
  (signal: AbortSignal) =>
  <A>(source: Flow<A>): Flow<A> =>
    new Flow(() => {
      const upstream = source.open();
      const stop = (): void => void upstream.close();
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      return createPull(upstream.next, () => {
        signal.removeEventListener('abort', stop);
        return upstream.close();
      });
    });
