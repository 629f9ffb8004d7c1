/**
 * Locks that this process holds. Whoever looks after the process is told of them, so as to give them back should it have to end the
 * process at once.
 */
const held = new Set<string>();

type Listener = (path: string, isHeld: boolean) => void;

const listeners = new Set<Listener>();

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
