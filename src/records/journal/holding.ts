/**
 * Locks that this process holds. Whoever looks after the process is told of them, so as to give them back should it have to end the
 * process at once.
 */
const held = new Set<string>();

type Listener = (path: string, isHeld: boolean) => void;

const listeners = new Set<Listener>();

let holder = process.pid;

/** The process that holds this one's locks: itself, or the one that looks after it, which is the one that people know. */
export const holderPid = (): number => holder;

/** Has another process hold the locks that are taken from now on: one that ends when this one does. */
export const holdFor = (pid: number): void => {
  holder = pid;
};

/** Notes that a lock is held, or no longer. */
export const noteHolding = (path: string, isHeld: boolean): void => {
  if (isHeld) held.add(path);
  else held.delete(path);
  for (const listener of listeners) listener(path, isHeld);
};

/** Tells of the locks that are held now, and of all that are taken and given back from now on. */
export const onHolding = (listener: Listener): void => {
  listeners.add(listener);
  for (const path of held) listener(path, true);
};
