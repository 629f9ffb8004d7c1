import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Elsewhere } from '../execution/elsewhere/elsewhere.js';
import { definedOnly } from '../ports/defined.js';
import { readAddress } from '../queue/address.js';
import { queueAt } from '../queue/follow/follow.js';
import { printable } from './printable.js';
import type { Terminal } from './terminal.js';

/** A queue as the place where the photos of a run are worked on. */
export interface QueuePlace {
  readonly elsewhere: Elsewhere;
  /** Says how to come back to a run that was left. */
  readonly left: (terminal: Terminal) => void;
}

/** What of `pipe run` matters to a queue. */
export interface QueuePlaceOptions {
  readonly on: string;
  readonly resume: boolean;
  readonly isQuiet: boolean;
  readonly jobs?: number;
  readonly memory?: number;
}

/** Reads where the queue is. Error: `queue/address`. */
export const queuePlace = (
  { on, resume, isQuiet, jobs, memory }: QueuePlaceOptions,
  terminal: Terminal,
): E.Either<Diagnostics, QueuePlace> => {
  const address = readAddress(on);
  if (E.isLeft(address)) return address;
  const shown = printable(address.right.shown);
  let run: string | undefined;
  const elsewhere = queueAt({
    address: address.right,
    ...definedOnly({ memory, photos: jobs }),
    isResumed: resume,
    began: (id) => {
      run = id;
      if (!isQuiet) terminal.err(`run ${id} is in the queue at ${shown}\n`);
    },
  });
  return E.right({
    elsewhere,
    left: ({ err }) => {
      if (run === undefined) return;
      err(
        `  what is queued goes on without you; come back with the same command and --resume,\n  or end it with \`pipe queue cancel ${run} --on ${shown}\`\n`,
      );
    },
  });
};
