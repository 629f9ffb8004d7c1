/** Signals that ask a command to stop, with their numbers, which are the same on all systems that have them. */
const stopSignals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

export type StopSignal = keyof typeof stopSignals;

/** The exit status of a program that ended by such a signal, as shells show it. */
export const statusOf = (signal: StopSignal): number => 128 + stopSignals[signal];

export const stopSignalNames = Object.keys(stopSignals) as readonly StopSignal[];
