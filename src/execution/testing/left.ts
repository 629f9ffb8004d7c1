import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { inFlightPath, lockPath } from '../../records/journal/journal.js';

/** Leaves the lock of a folder of results as a process does that was killed. */
export const leaveLock = (folder: string): void => {
  mkdirSync(dirname(lockPath(folder)), { recursive: true });
  const holder = { id: 'x', pid: process.pid, host: hostname(), started: '1', since: '' };
  writeFileSync(lockPath(folder), JSON.stringify(holder));
};

/** The same, of one that was at these sources. */
export const leaveInFlight = (folder: string, ...inFlight: readonly string[]): void => {
  leaveLock(folder);
  writeFileSync(inFlightPath(folder), JSON.stringify({ inFlight, suspects: [] }));
};
