import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { firstBytes } from '../../disk/regular.js';
import { blameNobody } from './in-flight.js';
import { inFlightPath, lockPath } from './journal.js';
import { clearLeftovers } from './ledger.js';

/** Bytes of a lock. */
const LONGEST = 1 << 16;

/** How long looking for temporary files may take. */
const MOST_MS = 1500;

/**
 * Gives back a lock that a process of this number holds for one that was ended on purpose: nothing that it was working on is to blame, and its temporary files are
 * removed. In a folder that is too large to look through in a moment the lock stays for the next run, which takes it over from
 * a process that is no more, and does the rest. A lock of another process stays.
 */
export const giveBack = async (path: string, pid: number): Promise<void> => {
  const text = (await firstBytes(path, LONGEST).catch(() => '')).toString();
  if (!text.includes(`"pid":${pid},`)) return;
  const folder = dirname(dirname(path));
  if (path === lockPath(folder)) {
    await blameNobody(inFlightPath(folder));
    const inTime = await Promise.race([
      clearLeftovers(folder).then(() => true),
      pause(MOST_MS, false, { ref: false }),
    ]);
    if (!inTime) return;
  }
  await rm(path, { force: true }).catch(() => undefined);
};
