import type { StopSignal } from './stop-signals.js';

/** What a process that works says to the one that looks after it. */
export type Said =
  /** It has heard that it is to stop, and does. */
  | { readonly kind: 'stopping'; readonly isPatient: boolean }
  /** A signal came to it as well, or to it alone. */
  | { readonly kind: 'signalled'; readonly by: StopSignal }
  /** It holds a lock, or no longer. */
  | { readonly kind: 'lock'; readonly path: string; readonly isHeld: boolean }
  /**
   * It is alive. While it says nothing for longer than this many milliseconds, one of its photos holds its only thread longer
   * than a photo may take.
   */
  | { readonly kind: 'alive'; readonly most: number; readonly paths: readonly string[] }
  /** It has come to its end, with this status; what is left is to end the process. */
  | { readonly kind: 'over'; readonly status: number };

/** What it is told. */
export interface Told {
  readonly kind: 'stop';
  readonly by: StopSignal;
}
