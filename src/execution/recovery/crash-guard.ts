import * as O from 'fp-ts/lib/Option.js';
import { whileInFlight } from '../../records/journal/in-flight.js';
import type { Journal } from '../../records/journal/journal.js';
import type { Ledger } from '../../records/journal/ledger.js';
import type { RunContext } from '../context.js';

/**
 * True for a source that must not be touched by this process: one was at it when it ended without a word, a process of its own was
 * ended by it, or it took longer than it may, perhaps without letting itself be interrupted.
 */
export const isCrashSuspect = (
  { inFlight, journal }: Pick<Ledger, 'inFlight' | 'journal'>,
  source: string,
): boolean => inFlight.isSuspect(source) || hasCrashed(journal, source);

const hasCrashed = ({ failureOf }: Journal, source: string): boolean => {
  const code = failureOf(source)()?.code;
  return code === 'run/crashed' || code === 'run/timed-out';
};

/** Does work on sources that could end the process, and notes meanwhile that it is at them. */
export const crashGuard =
  (ledger: Pick<Ledger, 'inFlight' | 'journal'>): RunContext['crashGuard'] =>
  (source, work) =>
  async () =>
    isCrashSuspect(ledger, source) ? O.none : O.some(await whileInFlight(ledger.inFlight, source, work));
